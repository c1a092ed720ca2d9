/**
 * What engine adapters build upon: the seams, the errors, and what all databases have in common.
 *
 * @module
 */

// Contracts and calls, as a gateway or another entry sees them.
export { uuidV7 } from './context/identifiers.ts';
export { Trace } from './context/trace.ts';
export {
	type AsyncApiDocument,
	type AsyncApiOptions,
	asyncApiDocument,
} from './contract/asyncapi.ts';
export type { HttpOperation, Operation } from './contract/compile-operations.ts';
export {
	type JsonSchemaDocument,
	type JsonSchemaOptions,
	jsonSchemaDocument,
} from './contract/json-schema.ts';
export {
	type OpenApiDocument,
	type OpenApiOptions,
	openApiDocument,
	successStatus,
} from './contract/openapi.ts';
export { type Issue, type JsonSchema, resolveReference } from './contract/schema.ts';
export {
	allowedTypes,
	itemSchemas,
	type KnownField,
	knownFields,
	unknownFields,
} from './contract/unknown-fields.ts';
// Databases.
export { type EndOfTurn, ForeignAwaitGuard } from './database/foreign-await.ts';
export { refuseReservedVerb, refuseUnportableValues } from './database/portable-statement.ts';
export {
	type ExecuteScript,
	type ExecuteStatement,
	type RunOutcome,
	ScriptRun,
	SessionRun,
} from './database/session-run.ts';
// SQLite: as the real world has it, and for a host that brings its own connections.
export { makeDurable } from './database/sqlite/durability.ts';
export type {
	SqliteConnection,
	SqliteStatement,
	SqliteValue,
} from './database/sqlite/sqlite-connection.ts';
export { SqliteDatabase, type SqliteDatabaseOptions } from './database/sqlite/sqlite-database.ts';
export { sqliteError } from './database/sqlite/sqlite-errors.ts';
export { StatementCache } from './database/sqlite/statement-cache.ts';
export { untilItWins } from './database/until-it-wins.ts';
// Errors.
export { type ErrorCode, errorTable, isErrorCode } from './errors/error-table.ts';
export { type Effect, FlotillaError, isFlotillaError } from './errors/flotilla-error.ts';
// The wire.
export { describeFrames } from './fabric/describe-frames.ts';
// Faults.
export { type FaultName, type FaultPoint, type FaultPoints, faults } from './faults/faults.ts';
// The seams.
export type { Clock, Timer } from './host/clock.ts';
export type {
	Cryptography,
	KeyPair,
	PasswordOptions,
	PrivateKey,
	PublicKey,
} from './host/cryptography.ts';
export type {
	Database,
	Databases,
	Dialect,
	OpenDatabaseOptions,
	ScriptSession,
	SqlJson,
	SqlResult,
	SqlRow,
	SqlSession,
	SqlStatement,
	SqlValue,
} from './host/database.ts';
export type { Disk, DiskFile, DiskLock, OpenOptions } from './host/disk.ts';
export type { Host } from './host/host.ts';
export type { HttpClient, HttpRequest, HttpResponse } from './host/http.ts';
export type { LogRecord, LogSink } from './host/logs.ts';
export type {
	Address,
	ByteStream,
	ByteStreamHandlers,
	ConnectOptions,
	DatagramOptions,
	DatagramSocket,
	Listener,
	ListenOptions,
	Network,
} from './host/network.ts';
export { NodeCryptography } from './host/node/cryptography.ts';
export { NodeDatabases } from './host/node/databases.ts';
export { endOfTurn } from './host/node/end-of-turn.ts';
export { type NodeHostOptions, nodeHost } from './host/node/node-host.ts';
export { PasswordHasher } from './host/node/password-hash.ts';
export {
	NodeSqliteConnection,
	openSqliteReader,
	openSqliteWriter,
} from './host/node/sqlite-connection.ts';
export type { RandomSource } from './host/random.ts';
export { limits } from './limits.ts';
// What somebody probably meant.
export { nearest } from './run/nearest.ts';
