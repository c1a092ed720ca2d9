import { FlotillaError } from '../errors/flotilla-error.ts';
import type { ScriptSession, SqlResult, SqlSession, SqlStatement } from '../host/database.ts';

/** How a function that was given a session ended. */
export type RunOutcome<T> =
	| { readonly type: 'returned'; readonly value: T }
	/**
	 * It rejected with `error`, or returned although a statement had failed: then `error` is that of
	 * the statement. `refusal` is the error of the first statement that failed, if one did.
	 */
	| { readonly type: 'threw'; readonly error: unknown; readonly refusal?: unknown }
	/** It waited for something else than its statements and may still be going on. */
	| { readonly type: 'foreign'; readonly error: FlotillaError };

/** Carries out a statement, now or later. What it throws is what the caller of `query` gets. */
export type ExecuteStatement = (statement: SqlStatement) => SqlResult | Promise<SqlResult>;

/** Carries out a script, now or later. */
export type ExecuteScript = (sql: string) => void | Promise<void>;

/**
 * One run of a function over a session, the same for every engine:
 * - A statement that fails dooms the transaction. PostgreSQL demands that, so the others follow:
 *   later statements reject with the same error, and so does the run, even when the function
 *   returns. Its failure is therefore never lost, and nobody has to await a statement's promise.
 * - The run ends when the function has settled and no statement is pending.
 * - A statement that is issued after that rejects with `FLOTILLA_TX_CLOSED` and has no effect.
 */
export class SessionRun<T> implements SqlSession {
	readonly #database: string;
	readonly #execute: ExecuteStatement;
	readonly #ended: (outcome: RunOutcome<T>) => void;
	readonly #idle: (() => void) | undefined;
	#open = true;
	#pending = 0;
	#refusal: { readonly error: unknown } | undefined;
	#result: RunOutcome<T> | undefined;
	#last: Sql | undefined;

	/**
	 * @param database The name that messages mention.
	 * @param ended Called once, with the outcome.
	 * @param idle Called whenever the last pending statement has completed.
	 */
	constructor(
		database: string,
		execute: ExecuteStatement,
		ended: (outcome: RunOutcome<T>) => void,
		idle?: () => void,
	) {
		this.#database = database;
		this.#execute = execute;
		this.#ended = ended;
		this.#idle = idle;
	}

	/** Calls the function. To be called once. */
	start<Session>(work: (session: Session) => Promise<T>, session: Session): void {
		let promise: Promise<T>;
		try {
			promise = Promise.resolve(work(session));
		} catch (error) {
			this.#settled({ type: 'threw', error });
			return;
		}
		promise.then(
			(value) => this.#settled({ type: 'returned', value }),
			(error: unknown) => this.#settled({ type: 'threw', error }),
		);
	}

	query(statement: SqlStatement): Promise<SqlResult> {
		return this.issue(statement.strings, () => this.#execute(statement));
	}

	/** Ends the run when the function is still pending while none of its statements is. */
	endWhenForeign(): void {
		if (!this.#open || this.#pending > 0) return;
		const last = this.#last === undefined ? 'before any statement' : `after ${excerpt(this.#last)}`;
		const error = new FlotillaError(
			'FLOTILLA_TX_FOREIGN_AWAIT',
			`A transaction of database ${this.#database} waited, ${last}, for something that is not one of its own statements. It was rolled back.`,
		);
		this.#open = false;
		this.#ended({ type: 'foreign', error });
	}

	protected issue<R>(sql: Sql, perform: () => R | Promise<R>): Promise<R> {
		if (!this.#open) {
			const error = new FlotillaError(
				'FLOTILLA_TX_CLOSED',
				`${excerpt(sql)} was issued after its transaction of database ${this.#database} had ended.`,
			);
			return Promise.reject(error);
		}
		if (this.#refusal !== undefined) return answered(Promise.reject(this.#refusal.error));
		this.#last = sql;
		let result: R | Promise<R>;
		try {
			result = perform();
		} catch (error) {
			this.#refusal = { error };
			return answered(Promise.reject(error));
		}
		if (!(result instanceof Promise)) return Promise.resolve(result);
		this.#pending += 1;
		return answered(
			result.then(
				(value) => {
					this.#completed();
					return value;
				},
				(error: unknown) => {
					this.#refusal ??= { error };
					this.#completed();
					throw error;
				},
			),
		);
	}

	#completed(): void {
		this.#pending -= 1;
		if (this.#pending > 0) return;
		if (this.#result !== undefined) this.#end(this.#result);
		else this.#idle?.();
	}

	#settled(result: RunOutcome<T>): void {
		if (!this.#open) return; // It had been given up: nobody waits for it any more.
		this.#open = false;
		if (this.#pending > 0) this.#result = result;
		else this.#end(result);
	}

	#end(result: RunOutcome<T>): void {
		if (this.#refusal === undefined) {
			this.#ended(result);
			return;
		}
		const refusal = this.#refusal.error;
		const error = result.type === 'threw' ? result.error : refusal;
		this.#ended({ type: 'threw', error, refusal });
	}
}

/** A run whose function may also run scripts: a migration. */
export class ScriptRun<T> extends SessionRun<T> implements ScriptSession {
	readonly #executeScript: ExecuteScript;

	constructor(
		database: string,
		execute: ExecuteStatement,
		executeScript: ExecuteScript,
		ended: (outcome: RunOutcome<T>) => void,
	) {
		super(database, execute, ended);
		this.#executeScript = executeScript;
	}

	script(sql: string): Promise<void> {
		return this.issue(sql, () => this.#executeScript(sql));
	}
}

type Sql = string | readonly string[];

/** The beginning of a statement, without its values: those may be secret. */
function excerpt(sql: Sql): string {
	const text = (typeof sql === 'string' ? sql : sql.join('?')).trim().replaceAll(/\s+/g, ' ');
	return `\`${text.length > 80 ? `${text.slice(0, 80)}…` : text}\``;
}

/** A promise that may be rejected without anyone listening: the run itself reports the failure. */
function answered<R>(promise: Promise<R>): Promise<R> {
	promise.catch(() => {});
	return promise;
}
