import { FlotillaError } from 'flotilla/adapter';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

/** What a key set needs of a clock. */
export interface KeySetClock {
	monotonicMs(): number;
}

/** How long fetched keys are used: a key that was withdrawn is good for so long at most. */
const freshMs = 600_000;
/** How long they are used when newer ones cannot be fetched. */
const usableMs = 3_600_000;
/** Between two fetches because of a key that is not known: unknown ones cost their sender nothing. */
const unknownKeyPauseMs = 30_000;
/** Between two fetches when there are no keys at all. */
const failurePauseMs = 1_000;

/**
 * The keys of an issuer, fetched when they are needed and kept for ten minutes. A token with a key
 * that is not known makes it fetch once more, since issuers change keys; but not again within 30
 * seconds, or tokens with invented keys would flood the issuer.
 */
export class KeySet {
	readonly #fetch: () => Promise<JSONWebKeySet>;
	readonly #clock: KeySetClock;
	#find: JWTVerifyGetKey | undefined;
	#fetchedMs = Number.NEGATIVE_INFINITY;
	#attemptedMs = Number.NEGATIVE_INFINITY;
	#failure: unknown;
	#fetching: Promise<void> | undefined;

	constructor(fetch: () => Promise<JSONWebKeySet>, clock: KeySetClock) {
		this.#fetch = fetch;
		this.#clock = clock;
	}

	/** The key for a token; rejects with an error of jose when there is none. */
	readonly find: JWTVerifyGetKey = async (header, token) => {
		if (this.#ageMs() >= freshMs) await this.#refresh(failurePauseMs);
		if (this.#find === undefined || this.#ageMs() >= usableMs) {
			throw new FlotillaError('FLOTILLA_UNAVAILABLE', 'The keys of the issuer are not there.', {
				cause: this.#failure,
			});
		}
		try {
			return await this.#find(header, token);
		} catch (error) {
			if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
			if (!(await this.#refresh(unknownKeyPauseMs))) throw error;
			return await this.#find(header, token);
		}
	};

	#ageMs(): number {
		return this.#clock.monotonicMs() - this.#fetchedMs;
	}

	/** Fetches the keys, one fetch at a time; resolves with false when the last one is too recent. */
	async #refresh(pauseMs: number): Promise<boolean> {
		if (this.#fetching === undefined) {
			if (this.#clock.monotonicMs() - this.#attemptedMs < pauseMs) return false;
			this.#attemptedMs = this.#clock.monotonicMs();
			this.#fetching = this.#load().finally(() => {
				this.#fetching = undefined;
			});
		}
		await this.#fetching;
		return true;
	}

	async #load(): Promise<void> {
		try {
			const set = await this.#fetch();
			// An issuer that has no key yet will have one soon; nothing of it is worth keeping.
			if (set.keys?.length === 0) throw new Error('the issuer has no keys');
			this.#find = createLocalJWKSet(set);
			this.#fetchedMs = this.#clock.monotonicMs();
		} catch (error) {
			this.#failure = error;
		}
	}
}
