/**
 * Randomness for decisions (jitter, sampling, identifiers), not for secrets: those come from
 * `Cryptography.randomBytes`. In a simulation it is seeded, so one seed gives one run.
 */
export interface RandomSource {
	/** The next number, 0 inclusive to 1 exclusive, with 53 random bits. */
	next(): number;

	/** The next integer, 0 to 2^32 - 1. */
	uint32(): number;
}
