import type { FaultPoints } from '../faults/faults.ts';
import type { Clock, Timer } from '../host/clock.ts';
import type { Database } from '../host/database.ts';
import { limits } from '../limits.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { removeEvents } from './outbox.ts';

const removeAfterMs = 20;
const removeAtOnce = 500;
/** By the fault of that name: long enough for a crash to come first. */
const postponedMs = 5_000;

export interface RemovalParts {
	readonly database: Database;
	readonly clock: Clock;
	readonly telemetry: Telemetry;
	/** Of the host, in simulations and drills. */
	readonly faults?: FaultPoints | undefined;
}

/** Removes from an outbox what was seen, many rows in a transaction. */
export class Removal {
	readonly #parts: RemovalParts;
	#seen: number[] = [];
	#removing: Promise<void> | undefined;
	#timer: Timer | undefined;
	#closed = false;

	constructor(parts: RemovalParts) {
		this.#parts = parts;
	}

	/** The row at this position is to go. */
	add(position: number): void {
		this.#seen.push(position);
		const postponed = this.#parts.faults?.strikes('point.removal-postponed') === true;
		this.#schedule(postponed ? postponedMs : removeAfterMs);
	}

	/** Removes what is left. */
	async close(): Promise<void> {
		this.#closed = true;
		this.#timer?.cancel();
		await this.#removing;
		await this.#remove();
	}

	#schedule(delayMs: number): void {
		if (this.#timer !== undefined || this.#removing !== undefined || this.#closed) return;
		this.#timer = this.#parts.clock.setTimer(delayMs, () => {
			this.#timer = undefined;
			this.#removing = this.#remove().then((removed) => {
				this.#removing = undefined;
				if (this.#seen.length > 0) this.#schedule(removed ? removeAfterMs : limits.pollEveryMs);
			});
		});
		this.#timer.keepAlive(false);
	}

	/** Says whether it could. */
	async #remove(): Promise<boolean> {
		const { database, telemetry } = this.#parts;
		while (this.#seen.length > 0) {
			const positions = this.#seen.slice(0, removeAtOnce);
			try {
				await database.transaction((session) => removeEvents(session, positions));
			} catch (error) {
				// They stay, are delivered again after the next start, and are recognised as seen.
				telemetry.log('warn', 'delivered events could not be removed', {
					service: database.name,
					error: String(error),
				});
				return false;
			}
			this.#seen = this.#seen.slice(positions.length);
		}
		return true;
	}
}
