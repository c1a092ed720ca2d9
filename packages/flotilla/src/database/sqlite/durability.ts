import type { SqliteConnection } from './sqlite-connection.ts';

/**
 * Lets a COMMIT return only when a power loss cannot undo it any more. For a connection that writes,
 * before its first transaction; a host whose disk is simulated takes away what this does not save.
 */
export function makeDurable(connection: Pick<SqliteConnection, 'exec'>): void {
	connection.exec('pragma journal_mode = wal; pragma synchronous = full;');
}
