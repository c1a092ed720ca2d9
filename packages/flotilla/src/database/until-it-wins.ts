import { FlotillaError, isFlotillaError } from '../errors/flotilla-error.ts';
import type { RunOutcome } from './session-run.ts';

export interface LosingOptions {
	/** The name that messages mention. */
	readonly database: string;
	/** Waits before the next try, the longer the more have been lost. */
	readonly pause: (losses: number) => Promise<void>;
	/**
	 * Whether a refusal has nothing to do with other transactions and is gone with the next try, which
	 * then comes at once. That must come to an end by itself.
	 */
	readonly isPassing?: (refusal: FlotillaError) => boolean;
}

/** How often a transaction that lost is run again. */
const lossesMax = 10;

/**
 * Runs a transaction until it no longer loses against others.
 *
 * @param attempt Runs it once. @param attempt.losses How often it has lost so far.
 * @throws What it threw, or `FLOTILLA_DATABASE_CONTENTION` when it has lost eleven times: then it had no
 *   effect.
 */
export async function untilItWins<T>(
	{ database, pause, isPassing = () => false }: LosingOptions,
	attempt: (losses: number) => Promise<RunOutcome<T>>,
): Promise<T> {
	for (let losses = 0; ; ) {
		const outcome = await attempt(losses);
		if (outcome.type === 'returned') return outcome.value;
		if (outcome.type === 'foreign' || !isFlotillaError(outcome.refusal)) throw outcome.error;
		const { refusal } = outcome;
		if (isPassing(refusal)) continue;
		if (!isFlotillaError(refusal, 'FLOTILLA_DATABASE_CONTENTION')) throw outcome.error;
		losses += 1;
		if (losses > lossesMax) {
			const message = `A transaction of database ${database} lost against others ${losses} times.`;
			throw new FlotillaError('FLOTILLA_DATABASE_CONTENTION', message, { cause: refusal });
		}
		await pause(losses);
	}
}
