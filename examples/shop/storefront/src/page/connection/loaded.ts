import { useEffect, useState } from 'preact/hooks';
import { type Failure, failureOf } from './failure.ts';
import { presence, signInAgain } from './shop.ts';

/** Something that the shop was asked for. */
export interface Loaded<T> {
	/** The last answer; what was known before, as long as there is none. */
	readonly value: T | undefined;
	/** Why the last question failed. */
	readonly failure: Failure | undefined;
	retry(): void;
}

/**
 * Asks the shop, and again for every other `key`. What fails because the shop is away is asked again
 * when it is back; what wants a customer leads to the sign-in.
 *
 * @param load Is given a signal that aborts when the answer is no longer wanted.
 * @param known Is shown until there is an answer.
 */
export function useLoaded<T>(
	load: (signal: AbortSignal) => Promise<T>,
	key: string,
	known?: T,
): Loaded<T> {
	const [answer, setAnswer] = useState<{ key: string; value?: T; failure?: Failure }>({ key });
	const [tries, setTries] = useState(0);
	const again = (): void => setTries((before) => before + 1);
	// `key` stands for what `load` asks.
	useEffect(() => {
		const left = new AbortController();
		load(left.signal).then(
			(value) => setAnswer({ key, value }),
			(error: unknown) => {
				if (left.signal.aborted) return;
				const failure = failureOf(error);
				if (failure.kind === 'signedOut') signInAgain();
				else setAnswer({ key, failure });
			},
		);
		return () => left.abort();
	}, [key, tries]);
	const isAway = answer.failure?.kind === 'away';
	useEffect(() => {
		if (!isAway) return;
		const before = presence.returns.peek();
		return presence.returns.subscribe((now) => {
			if (now !== before) again();
		});
	}, [isAway]);
	const current = answer.key === key ? answer : { key };
	return {
		value: current.value ?? known,
		failure: current.failure,
		retry: again,
	};
}
