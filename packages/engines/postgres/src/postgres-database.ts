import {
	type Database,
	type Dialect,
	endOfTurn,
	FlotillaError,
	ForeignAwaitGuard,
	type RunOutcome,
	refuseUnportableValues,
	ScriptRun,
	type ScriptSession,
	type SqlResult,
	type SqlSession,
	type SqlStatement,
	untilItWins,
} from 'flotilla/adapter';
import type { PostgresConnection } from './connection.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { Contention, pauseMs } from './contention.ts';
import type { Notifications } from './notifications.ts';
import { commitError, isStale, postgresError } from './postgres-errors.ts';
import { StatementTexts, toPostgres } from './statement-texts.ts';

const BEGIN = 'begin isolation level serializable';

/**
 * `repeatable read` would show one moment too, but perhaps one that no order of the transactions
 * can explain (Fekete, O'Neil and O'Neil, "A read-only transaction anomaly under snapshot
 * isolation", 2004). `deferrable` would never fail, but wait for as long as others take.
 */
const BEGIN_SNAPSHOT = `${BEGIN}, read only`;

/**
 * For migrations: with `serializable`, the statement that waits for the lock would fix what the
 * work gets to see, and that is the time before the lock was free.
 */
const BEGIN_EXCLUSIVE = 'begin isolation level read committed';

const writing: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

export interface PostgresDatabaseOptions {
	/** The name of the service. */
	readonly name: string;
	/** What locks are taken on: what the database or schema is called on the server. */
	readonly physicalName: string;
	readonly pool: ConnectionPool;
	readonly notifications: Notifications;
	/** The next number, 0 inclusive to 1 exclusive. */
	readonly random: () => number;
	/** The share of transactions whose function runs twice on purpose. */
	readonly rerunShare: number;
	/** Calls back after so many milliseconds. */
	readonly wait: (delayMs: number) => Promise<void>;
}

/** A database in PostgreSQL: many processes, serializable transactions that run again when they lose. */
export class PostgresDatabase implements Database {
	readonly name: string;
	readonly dialect: Dialect = 'postgres';
	readonly shared: boolean = true;
	readonly #options: PostgresDatabaseOptions;
	readonly #guard: ForeignAwaitGuard;
	readonly #contention: Contention = new Contention();
	readonly #texts: StatementTexts = new StatementTexts();
	readonly #underWay: Set<Promise<unknown>> = new Set();
	#closed: Promise<void> | undefined;

	constructor(options: PostgresDatabaseOptions) {
		this.name = options.name;
		this.#options = options;
		this.#guard = new ForeignAwaitGuard(options.name, endOfTurn);
	}

	transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
		return this.#track(() =>
			this.#untilItWins(async (losses) => {
				await this.#contention.enter(losses);
				try {
					if (losses === 0 && this.#options.random() < this.#options.rerunShare) {
						const outcome = await this.#run(BEGIN, work, rollBack);
						if (outcome.type === 'foreign') return outcome;
					}
					return await this.#run(BEGIN, work, end);
				} finally {
					this.#contention.leave();
				}
			}),
		);
	}

	snapshot<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
		return this.#track(() => this.#untilItWins(() => this.#run(BEGIN_SNAPSHOT, work, end)));
	}

	exclusive<T>(work: (session: ScriptSession) => Promise<T>): Promise<T> {
		return this.#track(() => this.#using((connection) => this.#runExclusive(connection, work)));
	}

	/** Throws `TypeError` when the message is too long. */
	notify(message: string): void {
		this.#options.notifications.notify(message);
	}

	onNotify(listener: (message: string) => void): void {
		this.#options.notifications.onNotify(listener);
	}

	close(): Promise<void> {
		this.#closed ??= this.#close();
		return this.#closed;
	}

	async #close(): Promise<void> {
		await Promise.allSettled(this.#underWay);
		await Promise.all([this.#options.pool.close(), this.#options.notifications.close()]);
	}

	/** Refuses what comes after `close`, and lets `close` wait for what came before. */
	#track<T>(run: () => Promise<T>): Promise<T> {
		if (this.#closed !== undefined) {
			const message = `Database ${this.name} has been closed.`;
			return Promise.reject(new FlotillaError('FLOTILLA_DATABASE_UNAVAILABLE', message));
		}
		const running = run();
		this.#underWay.add(running);
		const forget = (): void => void this.#underWay.delete(running);
		running.then(forget, forget);
		return running;
	}

	/** Runs again what lost against other transactions. */
	#untilItWins<T>(attempt: (losses: number) => Promise<RunOutcome<T>>): Promise<T> {
		const { wait, random } = this.#options;
		const losing = {
			database: this.name,
			pause: (losses: number) => wait(pauseMs(losses, random())),
			// Each connection finds out once, so this comes to an end.
			isPassing: isStale,
		};
		return untilItWins(losing, attempt);
	}

	#run<T>(
		begin: string,
		work: (session: SqlSession) => Promise<T>,
		finish: Finish,
	): Promise<RunOutcome<T>> {
		return this.#using(async (connection) => {
			const statements = new Statements(this.name, connection, this.#texts, begin);
			const outcome = await this.#guard.run((statement) => statements.execute(statement), work);
			return finish(statements, outcome);
		});
	}

	async #runExclusive<T>(
		connection: PostgresConnection,
		work: (session: ScriptSession) => Promise<T>,
	): Promise<T> {
		const { name } = this;
		const statements = new Statements(name, connection, this.#texts, BEGIN_EXCLUSIVE);
		const transaction = await statements.lock(this.#options.physicalName);
		const outcome = await new Promise<RunOutcome<T>>((resolve) => {
			const run = new ScriptRun<T>(
				name,
				(statement) => statements.execute(statement),
				(sql) => statements.script(sql),
				resolve,
			);
			run.start<ScriptSession>(work, run);
		});
		if (outcome.type === 'returned' && (await statements.transaction()) !== transaction) {
			await statements.rollBack();
			throw new FlotillaError(
				'FLOTILLA_DATABASE_STATEMENT',
				`A script ended its transaction of database ${name}.`,
				{ effect: 'unknown' },
			);
		}
		const end = await statements.end(outcome);
		if (end.type === 'returned') return end.value;
		throw end.error;
	}

	async #using<R>(use: (connection: PostgresConnection) => Promise<R>): Promise<R> {
		let connection: PostgresConnection;
		try {
			connection = await this.#options.pool.acquire();
		} catch (error) {
			throw postgresError(this.name, error);
		}
		try {
			return await use(connection);
		} finally {
			this.#options.pool.release(connection);
		}
	}
}

/** What is done with a transaction whose function has ended. */
type Finish = <T>(statements: Statements, outcome: RunOutcome<T>) => Promise<RunOutcome<T>>;

const end: Finish = (statements, outcome) => statements.end(outcome);

const rollBack: Finish = async (statements, outcome) => {
	await statements.rollBack();
	return outcome;
};

/** The statements of one transaction, one after another. BEGIN goes along with the first. */
class Statements {
	readonly #database: string;
	readonly #connection: PostgresConnection;
	readonly #texts: StatementTexts;
	readonly #begin: string;
	/** Whether statements may take as long as they like. */
	readonly #patient: boolean;
	/** The answer to the last statement; when that failed, none is sent any more. */
	#last: Promise<unknown> | undefined;

	constructor(
		database: string,
		connection: PostgresConnection,
		texts: StatementTexts,
		begin: string,
	) {
		this.#database = database;
		this.#connection = connection;
		this.#texts = texts;
		this.#begin = begin;
		this.#patient = begin === BEGIN_EXCLUSIVE;
	}

	async execute(statement: SqlStatement): Promise<SqlResult> {
		refuseUnportableValues(statement);
		const { text, prepare } = this.#texts.of(statement);
		const values = statement.values.map(toPostgres);
		const options = { prepare, patient: this.#patient };
		const answer = await this.#next(() => this.#connection.execute(text, values, options));
		if (answer.command === '') {
			const message = 'A statement was empty.';
			throw new FlotillaError('FLOTILLA_DATABASE_STATEMENT', message);
		}
		return { rows: answer.rows, changes: writing.has(answer.command) ? answer.count : 0 };
	}

	script(sql: string): Promise<void> {
		return this.#next(() => this.#connection.script(sql));
	}

	/** Waits for the lock that only one process has at a time. @returns `transaction()`. */
	async lock(name: string): Promise<unknown> {
		// A migration takes the time that it takes, and so does waiting for another one.
		await this.script(
			'set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0',
		);
		const text = 'select pg_advisory_xact_lock(hashtextextended($1, 0))';
		const key = `flotilla ${name}`;
		await this.#next(() => this.#connection.execute(text, [key], { patient: true }));
		return this.transaction();
	}

	/** What identifies the transaction to the server. */
	async transaction(): Promise<unknown> {
		const text = 'select txid_current()::text as id';
		const { rows } = await this.#next(() => this.#connection.execute(text));
		return rows[0]?.id;
	}

	/** Commits or rolls back. Resolves with what has become of the outcome. */
	async end<T>(outcome: RunOutcome<T>): Promise<RunOutcome<T>> {
		if (outcome.type !== 'returned') {
			await this.rollBack();
			return outcome;
		}
		if (this.#last === undefined) return outcome; // Nothing was sent, not even BEGIN.
		try {
			const options = { patient: this.#patient };
			const { command } = await this.#connection.execute('commit', [], options);
			if (command === 'COMMIT') return outcome;
		} catch (error) {
			const refusal = commitError(this.#database, error);
			return { type: 'threw', error: refusal, refusal };
		}
		const message = `A statement ended its transaction of database ${this.#database}.`;
		const error = new FlotillaError('FLOTILLA_DATABASE_STATEMENT', message, { effect: 'unknown' });
		return { type: 'threw', error };
	}

	async rollBack(): Promise<void> {
		if (this.#last === undefined) return;
		try {
			await this.#connection.execute('rollback');
		} catch {
			// The server rolls back when the connection ends, and nobody else may have this one.
			await this.#connection.close();
		}
	}

	#next<R>(send: () => Promise<R>): Promise<R> {
		const before = this.#last;
		const answer = this.#mapped(before === undefined ? this.#sendFirst(send) : before.then(send));
		this.#last = answer;
		return answer;
	}

	async #sendFirst<R>(send: () => Promise<R>): Promise<R> {
		const [, answer] = await Promise.all([this.#connection.execute(this.#begin), send()]);
		return answer;
	}

	async #mapped<R>(answer: Promise<R>): Promise<R> {
		try {
			return await answer;
		} catch (error) {
			throw postgresError(this.#database, error);
		}
	}
}
