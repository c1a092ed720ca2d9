import { sql } from '../database/sql.ts';
import type { Clock, Timer } from '../host/clock.ts';
import type { Database } from '../host/database.ts';
import { limits } from '../limits.ts';

export interface LeaseParts {
	readonly database: Database;
	readonly clock: Clock;
	/** What the lease is for. */
	readonly name: string;
	/** Who wants it; unique. */
	readonly holder: string;
	readonly gained: () => void;
	readonly lost: () => void;
}

/**
 * Lets one of the instances that share a database do what would be waste if all did it. It is a matter
 * of economy only: a holder that stood still and does not know that it has lost the lease goes on for a
 * while beside its successor, so whatever it does must bear that.
 *
 * No clocks are compared. The holder counts its renewals up; who sees the same count for long enough on
 * its own clock takes over, provided that it is still the same.
 */
export class Lease {
	readonly #parts: LeaseParts;
	#held = false;
	/** What was seen last, and since when on the monotonic clock. */
	#seen:
		| { readonly renewal: number; readonly holder: string; readonly sinceMs: number }
		| undefined;
	#timer: Timer | undefined;
	#turning: Promise<void> | undefined;
	#closed = false;

	constructor(parts: LeaseParts) {
		this.#parts = parts;
	}

	get held(): boolean {
		return this.#held;
	}

	/** Begins to try for it. */
	start(): void {
		this.#turning = this.#turn().then(() => this.#schedule());
	}

	/** Gives it up, so that another one may have it at once. */
	async close(): Promise<void> {
		this.#closed = true;
		this.#timer?.cancel();
		await this.#turning;
		if (!this.#held) return;
		this.#held = false;
		const { database, name, holder } = this.#parts;
		const free = sql`delete from flotilla_leases where name = ${name} and holder = ${holder}`;
		// Whoever cannot give it up leaves it to time.
		await database.transaction((session) => session.query(free)).catch(() => {});
	}

	#schedule(): void {
		if (this.#closed) return;
		const waitMs = this.#held ? limits.deliveryLeaseMs / 3 : limits.pollEveryMs;
		this.#timer = this.#parts.clock.setTimer(waitMs, () => {
			this.#turning = this.#turn().then(() => this.#schedule());
		});
		this.#timer.keepAlive(false);
	}

	/** One look. What fails is tried again at the next one. */
	async #turn(): Promise<void> {
		try {
			const held = this.#held ? await this.#renew() : await this.#tryFor();
			if (held === this.#held || this.#closed) return;
			this.#held = held;
			if (held) this.#parts.gained();
			else this.#parts.lost();
		} catch {
			// The database is away; so it is for the others.
		}
	}

	async #renew(): Promise<boolean> {
		const { database, name, holder } = this.#parts;
		const { changes } = await database.transaction((session) =>
			session.query(sql`
				update flotilla_leases set renewal = renewal + 1
				where name = ${name} and holder = ${holder}`),
		);
		return changes > 0;
	}

	async #tryFor(): Promise<boolean> {
		const { database, clock, name } = this.#parts;
		const { rows } = await database.snapshot((session) =>
			session.query(sql`select holder, renewal from flotilla_leases where name = ${name}`),
		);
		const [row] = rows;
		if (row === undefined) return this.#take(undefined);
		const nowMs = clock.monotonicMs();
		const seen = { holder: String(row.holder), renewal: Number(row.renewal), sinceMs: nowMs };
		const isSame = this.#seen?.holder === seen.holder && this.#seen.renewal === seen.renewal;
		if (!isSame || this.#seen === undefined) this.#seen = seen;
		return nowMs - this.#seen.sinceMs >= limits.deliveryLeaseMs ? this.#take(this.#seen) : false;
	}

	async #take(
		from: { readonly holder: string; readonly renewal: number } | undefined,
	): Promise<boolean> {
		const { database, name, holder } = this.#parts;
		const { changes } = await database.transaction((session) =>
			session.query(
				from === undefined
					? sql`
						insert into flotilla_leases (name, holder, renewal) values (${name}, ${holder}, 1)
						on conflict (name) do nothing`
					: sql`
						update flotilla_leases set holder = ${holder}, renewal = renewal + 1
						where name = ${name} and holder = ${from.holder} and renewal = ${from.renewal}`,
			),
		);
		return changes > 0;
	}
}
