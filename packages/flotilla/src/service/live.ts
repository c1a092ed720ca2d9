import type { Context } from '../context/context.ts';
import type { Reader } from '../database/session.ts';
import { limits } from '../limits.ts';
import type { ChangeSignal } from './change-signal.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** What `work` reads, now and whenever it has changed, until the reader leaves. */
export async function* live<T>(
	unit: UnitOfWork,
	signal: ChangeSignal,
	context: Context,
	key: string,
	work: (t: Reader) => Promise<T> | T,
): AsyncGenerator<T, void, undefined> {
	const watcher = signal.watch(key);
	let last: string | undefined;
	try {
		while (context.cancellation.reason === undefined) {
			const value = await unit.read(context, work);
			const text = JSON.stringify(value) ?? '';
			if (text !== last) {
				last = text;
				yield value;
			}
			await watcher.wait(limits.pollEveryMs, context.cancellation);
		}
	} finally {
		watcher.close();
	}
}
