import type { Clock } from 'flotilla/adapter';

/** What `promise` resolves to, or `undefined` when that takes longer than `ms`; it goes on then. */
export function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T | undefined> {
	return new Promise((resolve, reject) => {
		const timer = clock.setTimer(ms, () => resolve(undefined));
		promise.then(
			(value) => {
				timer.cancel();
				resolve(value);
			},
			(error: unknown) => {
				timer.cancel();
				reject(error);
			},
		);
	});
}
