import { FlotillaError } from 'flotilla/adapter';
import type { PostgresConnection } from './connection.ts';

/** Transactions that may wait for a connection; more are refused as overload. */
const WAITING_MAX = 10_000;

/** Up to `connectionsMax` connections, opened when they are needed and used by one at a time. */
export class ConnectionPool {
	readonly #database: string;
	readonly #open: () => Promise<PostgresConnection>;
	readonly #connectionsMax: number;
	/** The last one that was released comes last and goes first: it has everything prepared. */
	#idle: PostgresConnection[] = [];
	readonly #waiting: PromiseWithResolvers<PostgresConnection>[] = [];
	readonly #opening: Set<Promise<void>> = new Set();
	/** Idle, in use, or being opened. */
	#count = 0;

	/** @param database The name that messages mention. */
	constructor(database: string, connectionsMax: number, open: () => Promise<PostgresConnection>) {
		this.#database = database;
		this.#connectionsMax = connectionsMax;
		this.#open = open;
	}

	/** Rejects with `FLOTILLA_OVERLOADED`, or with what opening a connection rejected with. */
	acquire(): Promise<PostgresConnection> {
		const idle = this.#idle.pop();
		if (idle !== undefined) return Promise.resolve(idle);
		if (this.#waiting.length >= WAITING_MAX) {
			return Promise.reject(
				new FlotillaError(
					'FLOTILLA_OVERLOADED',
					`${WAITING_MAX} transactions already wait for database ${this.#database}.`,
				),
			);
		}
		const waiting = Promise.withResolvers<PostgresConnection>();
		this.#waiting.push(waiting);
		this.#openForWaiting();
		return waiting.promise;
	}

	/** To be called once for each connection that was acquired. */
	release(connection: PostgresConnection): void {
		if (connection.lost) {
			this.#count -= 1;
			this.#openForWaiting();
			return;
		}
		const next = this.#waiting.shift();
		if (next === undefined) this.#idle.push(connection);
		else next.resolve(connection);
	}

	/** Closes all connections; none may be in use any more. */
	async close(): Promise<void> {
		while (this.#opening.size > 0) await Promise.all(this.#opening);
		const idle = this.#idle;
		this.#idle = [];
		await Promise.all(idle.map((connection) => connection.close()));
	}

	#openForWaiting(): void {
		if (this.#waiting.length <= this.#opening.size || this.#count >= this.#connectionsMax) return;
		this.#count += 1;
		const opening = this.#openOne().finally(() => {
			this.#opening.delete(opening);
			this.#openForWaiting();
		});
		this.#opening.add(opening);
	}

	async #openOne(): Promise<void> {
		try {
			const connection = await this.#open();
			connection.onLost(() => this.#forget(connection));
			this.release(connection);
		} catch (error) {
			this.#count -= 1;
			// One connection that could not be made is one transaction that fails.
			this.#waiting.shift()?.reject(error);
		}
	}

	/** A connection in use that was lost is counted off when it is released. */
	#forget(connection: PostgresConnection): void {
		if (!this.#idle.includes(connection)) return;
		this.#idle = this.#idle.filter((other) => other !== connection);
		this.#count -= 1;
	}
}
