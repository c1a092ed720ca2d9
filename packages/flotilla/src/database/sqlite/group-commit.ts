import { FlotillaError } from '../../errors/flotilla-error.ts';
import type { ScriptSession, SqlSession } from '../../host/database.ts';
import { limits } from '../../limits.ts';
import type { ForeignAwaitGuard } from '../foreign-await.ts';
import { type ExecuteStatement, type RunOutcome, ScriptRun } from '../session-run.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { isConstraint, isFatal, isSurelyRefused, sqliteError } from './sqlite-errors.ts';
import { StatementCache } from './statement-cache.ts';
import { Batches, type Turns } from './turns.ts';

/** A transaction that waits for its group, runs in it, or waits for the group's COMMIT. */
interface Job {
	readonly work: (session: SqlSession) => Promise<unknown>;
	readonly resolve: (value: unknown) => void;
	readonly reject: (error: unknown) => void;
	outcome: RunOutcome<unknown> | undefined;
}

/**
 * The writing side of a SQLite database: transactions run one after another, each within a
 * savepoint of one SQLite transaction, and share its COMMIT, because syncing the disk is what costs.
 *
 * Invariants:
 * - Nobody is answered before the COMMIT has returned, not even those who were refused: what made
 *   them fail may be a row that a neighbour wrote and that is not committed yet.
 * - A job that fails takes nobody along. Where SQLite gives up the whole transaction instead of the
 *   savepoint, the others run again without it.
 * - In a schema with deferred constraints nobody shares: SQLite checks those at COMMIT only, so a
 *   job could see what an earlier one had no right to leave behind, and even mend it.
 * - After the disk has failed, nothing is written or synced any more: the operating system may have
 *   dropped pages that it could not write, and a later sync would report success all the same.
 */
export class GroupCommit {
	readonly #database: string;
	readonly #connection: SqliteConnection;
	readonly #guard: ForeignAwaitGuard;
	readonly #rerun: (() => boolean) | undefined;
	readonly #turns: Turns;
	readonly #jobs: Batches<Job>;
	readonly #execute: ExecuteStatement;
	readonly #control: Control;
	#fatal: { readonly error: unknown } | undefined;
	#schema: { readonly version: unknown; readonly hasDeferredConstraints: boolean } | undefined;

	constructor(options: {
		/** The name that messages mention. */
		readonly database: string;
		readonly connection: SqliteConnection;
		readonly guard: ForeignAwaitGuard;
		readonly turns: Turns;
		readonly rerun?: () => boolean;
	}) {
		this.#database = options.database;
		this.#connection = options.connection;
		this.#guard = options.guard;
		this.#turns = options.turns;
		this.#rerun = options.rerun;
		this.#jobs = new Batches(options.turns, limits.transactionsPerCommit, (jobs) =>
			this.#runBatch(jobs),
		);
		this.#control = controlOf(options.connection);
		const cache = new StatementCache(options.connection);
		this.#execute = (statement) => {
			try {
				return cache.execute(statement);
			} catch (error) {
				throw this.#mapped(error);
			}
		};
	}

	/** Transactions that no group has taken yet. */
	get waiting(): number {
		return this.#jobs.length;
	}

	/** Why nothing works any more: the disk failed or the file is damaged. */
	get failure(): FlotillaError | undefined {
		return this.#fatal === undefined ? undefined : this.#shut();
	}

	transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
		return new Promise((resolve, reject) => {
			const job = { work, resolve: resolve as Job['resolve'], reject, outcome: undefined };
			this.#jobs.add(job);
		});
	}

	/** Runs `work` alone. It may wait for what it likes; everybody else waits for it. */
	exclusive<T>(work: (session: ScriptSession) => Promise<T>): Promise<T> {
		return new Promise((resolve, reject) => {
			this.#turns.take(() => this.#runExclusive(work).then(resolve, reject));
		});
	}

	async #runBatch(jobs: readonly Job[]): Promise<void> {
		const groups = [jobs];
		for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
			groups.unshift(...(await this.#runGroup(group)));
		}
	}

	/**
	 * Runs jobs in one SQLite transaction and answers them. If that cannot be had because of one of
	 * them, returns smaller groups that are to be run instead.
	 */
	async #runGroup(group: readonly Job[]): Promise<readonly (readonly Job[])[]> {
		if (this.#fatal !== undefined) {
			this.#rejectAll(group, () => this.#shut());
			return [];
		}
		try {
			this.#control.begin.run([]);
			if (group.length > 1 && this.#hasDeferredConstraints()) {
				this.#rollBack();
				return eachAlone(group);
			}
			for (const [index, job] of group.entries()) {
				await this.#runJob(job);
				if (this.#fatal !== undefined) throw this.#shut();
				if (this.#connection.inTransaction) continue;
				if (group.length > 1) return around(group, index);
				if (job.outcome?.type === 'returned') throw this.#transactionGone();
			}
		} catch (error) {
			this.#rollBack();
			this.#rejectAll(group, () => this.#mapped(error));
			return [];
		}
		try {
			if (this.#connection.inTransaction) this.#control.commit.run([]);
		} catch (error) {
			return this.#commitFailed(group, error);
		}
		for (const job of group) answer(job);
		return [];
	}

	async #runJob(job: Job): Promise<void> {
		// A foreign wait is nobody else's doing, and what it waited for should not happen again.
		if (job.outcome?.type === 'foreign') return;
		this.#control.savepoint.run([]);
		let outcome = await this.#guard.run(this.#execute, job.work);
		if (outcome.type !== 'foreign' && this.#connection.inTransaction && this.#rerun?.()) {
			this.#control.rollBackToSavepoint.run([]);
			outcome = await this.#guard.run(this.#execute, job.work);
		}
		job.outcome = outcome;
		if (!this.#connection.inTransaction) return;
		if (outcome.type !== 'returned') this.#control.rollBackToSavepoint.run([]);
		this.#control.releaseSavepoint.run([]);
	}

	/** Nothing is visible of a COMMIT that threw; whether it can come back is another question. */
	#commitFailed(group: readonly Job[], error: unknown): readonly (readonly Job[])[] {
		if (!isSurelyRefused(error)) {
			this.#fatal ??= { error };
			this.#rejectAll(group, () => this.#commitUnknown(error));
			return [];
		}
		this.#rollBack();
		// One of them has made the schema such that COMMIT checks a constraint.
		if (isConstraint(error) && group.length > 1) return eachAlone(group);
		this.#rejectAll(group, () => sqliteError(this.#database, error));
		return [];
	}

	async #runExclusive<T>(work: (session: ScriptSession) => Promise<T>): Promise<T> {
		if (this.#fatal !== undefined) throw this.#shut();
		let outcome: RunOutcome<T>;
		try {
			this.#mapping(() => {
				this.#control.begin.run([]);
				this.#control.savepoint.run([]);
			});
			outcome = await new Promise((resolve) => {
				const executeScript = (sql: string): void =>
					this.#mapping(() => this.#connection.exec(sql));
				const run = new ScriptRun<T>(this.#database, this.#execute, executeScript, resolve);
				run.start<ScriptSession>(work, run);
			});
			if (this.#fatal !== undefined) throw this.#shut();
			if (outcome.type !== 'returned') throw outcome.error;
			this.#releaseSavepoint();
		} catch (error) {
			this.#rollBack();
			throw error;
		}
		try {
			this.#control.commit.run([]);
		} catch (error) {
			if (!isSurelyRefused(error)) {
				this.#fatal ??= { error };
				throw this.#commitUnknown(error);
			}
			this.#rollBack();
			throw sqliteError(this.#database, error);
		}
		return outcome.value;
	}

	#hasDeferredConstraints(): boolean {
		const version = this.#control.schemaVersion.all([])[0]?.schema_version;
		if (version !== this.#schema?.version) {
			const found = this.#control.deferredConstraints.all([]);
			this.#schema = { version, hasDeferredConstraints: found.length > 0 };
		}
		return this.#schema?.hasDeferredConstraints ?? false;
	}

	/** A script that ended the transaction has taken the savepoint along, so this finds out. */
	#releaseSavepoint(): void {
		try {
			this.#control.releaseSavepoint.run([]);
		} catch (error) {
			throw isFatal(error) ? this.#mapped(error) : this.#transactionGone();
		}
	}

	#rollBack(): void {
		try {
			if (this.#connection.inTransaction) this.#control.rollBack.run([]);
		} catch (error) {
			// Whatever is left open must not become part of a later group.
			this.#fatal ??= { error };
		}
	}

	/** Runs what uses the connection; its errors come out as errors of the platform. */
	#mapping<R>(perform: () => R): R {
		try {
			return perform();
		} catch (error) {
			throw this.#mapped(error);
		}
	}

	#mapped(error: unknown): FlotillaError {
		if (isFatal(error)) this.#fatal ??= { error };
		return sqliteError(this.#database, error);
	}

	#rejectAll(group: readonly Job[], errorFor: () => FlotillaError): void {
		for (const job of group) {
			job.reject(job.outcome?.type === 'foreign' ? job.outcome.error : errorFor());
		}
	}

	#shut(): FlotillaError {
		return new FlotillaError(
			'FLOTILLA_DATABASE_UNAVAILABLE',
			`Database ${this.#database} was shut because its disk or its file failed. Start the process again.`,
			{ cause: this.#fatal?.error },
		);
	}

	#commitUnknown(cause: unknown): FlotillaError {
		return new FlotillaError(
			'FLOTILLA_COMMIT_UNKNOWN',
			`The disk of database ${this.#database} failed while it committed.`,
			{ cause },
		);
	}

	#transactionGone(): FlotillaError {
		return new FlotillaError(
			'FLOTILLA_DATABASE_STATEMENT',
			`A statement ended its transaction of database ${this.#database} without an error.`,
			{ effect: 'unknown' },
		);
	}
}

function answer(job: Job): void {
	const { outcome } = job;
	if (outcome?.type === 'returned') job.resolve(outcome.value);
	else job.reject(outcome?.error);
}

/** Those before the job, the job alone, those after it. */
function around(group: readonly Job[], index: number): readonly (readonly Job[])[] {
	const pieces = [group.slice(0, index), group.slice(index, index + 1), group.slice(index + 1)];
	return pieces.filter((piece) => piece.length > 0);
}

function eachAlone(group: readonly Job[]): readonly (readonly Job[])[] {
	return group.map((job) => [job]);
}

type Control = ReturnType<typeof controlOf>;

function controlOf(connection: SqliteConnection) {
	return {
		begin: connection.prepare('begin immediate'),
		savepoint: connection.prepare('savepoint job'),
		rollBackToSavepoint: connection.prepare('rollback to job'),
		releaseSavepoint: connection.prepare('release job'),
		rollBack: connection.prepare('rollback'),
		commit: connection.prepare('commit'),
		schemaVersion: connection.prepare('pragma schema_version'),
		// A comment may say the same; that costs speed and nothing else.
		deferredConstraints: connection.prepare(
			"select 1 from sqlite_schema where sql like '%initially%deferred%' limit 1",
		),
	};
}
