import type { Principal } from 'flotilla';
import { fixedLimits } from './limits.ts';

interface Verified {
	readonly principal: Principal;
	/** On the wall clock. */
	readonly expiresMs: number;
	/** On the monotonic clock. */
	readonly forgetMs: number;
}

/**
 * Tokens that were verified a moment ago. Checking a signature costs many times what all else costs
 * that an edge does for a request, and most requests come with a token that has just been seen.
 *
 * Only good tokens are kept, and none beyond its expiry or for more than a minute.
 */
export class VerifiedTokens {
	readonly #clock: { wallMs(): number; monotonicMs(): number };
	readonly #tokens = new Map<string, Verified>();

	constructor(clock: { wallMs(): number; monotonicMs(): number }) {
		this.#clock = clock;
	}

	find(token: string): Principal | undefined {
		const verified = this.#tokens.get(token);
		if (verified === undefined) return undefined;
		const { expiresMs, forgetMs, principal } = verified;
		if (this.#clock.wallMs() < expiresMs && this.#clock.monotonicMs() < forgetMs) return principal;
		this.#tokens.delete(token);
		return undefined;
	}

	/** @param expiresMs When the token stops being good, in milliseconds since 1970. */
	add(token: string, principal: Principal, expiresMs: number): void {
		if (this.#tokens.size >= fixedLimits.tokensKept) {
			const [oldest] = this.#tokens.keys();
			if (oldest !== undefined) this.#tokens.delete(oldest);
		}
		const forgetMs = this.#clock.monotonicMs() + fixedLimits.tokenKeptMs;
		this.#tokens.set(token, { principal, expiresMs, forgetMs });
	}
}
