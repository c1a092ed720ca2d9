import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from './context.ts';

// The only one: each further AsyncLocalStorage costs every call about 200 ns.
const storage = new AsyncLocalStorage<Context>();

/** The context of the code that is running; `undefined` outside of any call. */
export function currentContext(): Context | undefined {
	return storage.getStore();
}

/** Runs `work` and all that it awaits in `context`, or outside of any call. */
export function runInContext<A, B, R>(
	context: Context | undefined,
	work: (a: A, b: B) => R,
	a: A,
	b: B,
): R {
	// The declaration knows no store that is absent, though it is what there is at first.
	return storage.run(context as Context, work, a, b);
}
