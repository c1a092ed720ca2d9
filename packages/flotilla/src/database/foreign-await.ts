import type { SqlSession } from '../host/database.ts';
import { type ExecuteStatement, type RunOutcome, SessionRun } from './session-run.ts';

/**
 * Calls `callback` later, when every microtask that is queued now, or that those queue in turn, has
 * run. The best moment is just before the event loop turns. A turn of its own (`Clock.defer`) will
 * do, but then a wait goes unseen if what it waits for comes in between.
 */
export type EndOfTurn = (callback: () => void) => void;

/**
 * Finds transactions that wait for something else than their statements, exactly and without a
 * time limit.
 *
 * The answer to a statement lets its function go on in microtasks, however many. All of those have
 * run when a turn of the event loop ends, so a function that is then still pending although none
 * of its statements is, waits for the outside world. One look in a turn serves all functions.
 */
export class ForeignAwaitGuard {
	readonly #database: string;
	readonly #endOfTurn: EndOfTurn;
	readonly #runs: Set<Pick<SessionRun<unknown>, 'endWhenForeign'>> = new Set();
	#armed = false;

	/** @param database The name that messages mention. */
	constructor(database: string, endOfTurn: EndOfTurn) {
		this.#database = database;
		this.#endOfTurn = endOfTurn;
	}

	/**
	 * Calls `work` with a session whose statements `execute` carries out, and resolves with how it
	 * ended. When that is `foreign`, the function may still be going on; its session is dead.
	 */
	run<T>(
		execute: ExecuteStatement,
		work: (session: SqlSession) => Promise<T>,
	): Promise<RunOutcome<T>> {
		return new Promise((resolve) => {
			const ended = (outcome: RunOutcome<T>): void => {
				this.#runs.delete(run);
				resolve(outcome);
			};
			const run = new SessionRun<T>(this.#database, execute, ended, this.#arm);
			this.#runs.add(run);
			this.#arm();
			run.start<SqlSession>(work, run);
		});
	}

	/**
	 * Looks now. To be called at the beginning of a turn only. Who is about to settle a promise that
	 * a transaction might be waiting for calls it first, so that the wait is found all the same.
	 */
	look(): void {
		for (const run of this.#runs) run.endWhenForeign();
	}

	readonly #arm = (): void => {
		if (this.#armed) return;
		this.#armed = true;
		this.#endOfTurn(() => {
			this.#armed = false;
			this.look();
		});
	};
}
