import type { Callable, Patches } from './patch.ts';
import { inside } from './run.ts';

interface WaitOptions {
	readonly signal?: AbortSignal | undefined;
}

/** `node:timers/promises` and `AbortSignal.timeout`, over the timers that are patched already. */
export function patchTimerPromises(
	patches: Patches,
	module: Readonly<Record<string, unknown>>,
): void {
	const replace = (target: object, name: string, virtual: Callable): void => {
		patches.method(
			target,
			name,
			(original) =>
				function (this: unknown, ...args: unknown[]) {
					return inside() === undefined ? Reflect.apply(original, this, args) : virtual(...args);
				},
		);
	};
	replace(module, 'setTimeout', (delayMs, value, options) => sleep(delayMs, value, options));
	replace(module, 'setImmediate', (value, options) => turn(value, options));
	replace(module, 'setInterval', (delayMs, value, options) => ticks(delayMs, value, options));
	const { scheduler } = module as { scheduler: object };
	replace(scheduler, 'wait', (delayMs, options) => sleep(delayMs, undefined, options));
	replace(scheduler, 'yield', () => turn(undefined, undefined));
	replace(AbortSignal, 'timeout', (delayMs) => timeoutSignal(delayMs));
}

function sleep(delayMs: unknown, value: unknown, options: unknown): Promise<unknown> {
	return wait(value, options, (done) => {
		const timer = setTimeout(done, delayMs as number);
		return () => clearTimeout(timer);
	});
}

function turn(value: unknown, options: unknown): Promise<unknown> {
	return wait(value, options, (done) => {
		const immediate = setImmediate(done);
		return () => clearImmediate(immediate);
	});
}

function wait(
	value: unknown,
	options: unknown,
	start: (done: () => void) => () => void,
): Promise<unknown> {
	const { signal } = (options ?? {}) as WaitOptions;
	if (signal?.aborted) return Promise.reject(abortError(signal));
	return new Promise((resolve, reject) => {
		const cancel = start(() => {
			signal?.removeEventListener('abort', abort);
			resolve(value);
		});
		const abort = (): void => {
			cancel();
			reject(abortError(signal));
		};
		signal?.addEventListener('abort', abort, { once: true });
	});
}

/** As Node does it: ticks that nobody has asked for yet are counted and given at once. */
async function* ticks(
	delayMs: unknown,
	value: unknown,
	options: unknown,
): AsyncGenerator<unknown, void, void> {
	const { signal } = (options ?? {}) as WaitOptions;
	let due = 0;
	let wake: (() => void) | undefined;
	const notify = (): void => {
		wake?.();
		wake = undefined;
	};
	const timer = setInterval(() => {
		due++;
		notify();
	}, delayMs as number);
	signal?.addEventListener('abort', notify, { once: true });
	try {
		for (;;) {
			if (signal?.aborted) throw abortError(signal);
			if (due === 0) {
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			} else {
				due--;
				yield value;
			}
		}
	} finally {
		clearInterval(timer);
		signal?.removeEventListener('abort', notify);
	}
}

function timeoutSignal(delayMs: unknown): AbortSignal {
	const controller = new AbortController();
	const reason = (): DOMException =>
		new DOMException('The operation was aborted due to timeout', 'TimeoutError');
	setTimeout(() => controller.abort(reason()), delayMs as number);
	return controller.signal;
}

function abortError(signal: AbortSignal | undefined): Error {
	const error = new Error('The operation was aborted', { cause: signal?.reason });
	error.name = 'AbortError';
	return Object.assign(error, { code: 'ABORT_ERR' });
}
