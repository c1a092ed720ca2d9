import type { CallOptions, Client } from '../contract/client.ts';
import type { Operation } from '../contract/compile-operations.ts';
import type { Contract } from '../contract/contract.ts';
import { isDeclaredError } from '../contract/declared-error.ts';

/** Whatever carries a call to its callee. */
export interface Invoker<Options = CallOptions> {
	invoke(operation: Operation, input: unknown, options?: Options): Promise<unknown>;
	stream(operation: Operation, input: unknown, options?: Options): AsyncIterable<unknown>;
}

/** A typed client of a contract, over any invoker. */
export function createClient<C extends Contract>(contract: C, invoker: Invoker): Client<C> {
	return createClientWith(contract, invoker, onlyKnown);
}

/**
 * The same for an invoker whose calls have options of their own.
 *
 * @param known Reads what a caller may say; what a gateway may say beyond that, such as who is
 *   asking, is not for clients.
 */
export function createClientWith<C extends Contract, Options extends CallOptions>(
	contract: C,
	invoker: Invoker<Options>,
	known: (options: Options) => Options,
): Client<C> {
	const calls: Record<string, unknown> = {};
	const tries: Record<string, unknown> = {};
	for (const [name, operation] of contract.operations) {
		if (operation.streaming) {
			calls[name] = (input: unknown, options?: Options) =>
				invoker.stream(operation, input, options && known(options));
			continue;
		}
		const invoke = (input: unknown, options?: Options): Promise<unknown> =>
			invoker.invoke(operation, input, options && known(options));
		calls[name] = invoke;
		tries[name] = (input: unknown, options?: Options) =>
			invoke(input, options).then(
				(value) => ({ ok: true, value }),
				(error: unknown) => {
					if (isDeclaredError(error)) return { ok: false, error };
					throw error;
				},
			);
	}
	return Object.freeze({ ...calls, try: Object.freeze(tries) }) as Client<C>;
}

function onlyKnown({ timeoutMs, signal, idempotencyKey }: CallOptions): CallOptions {
	return {
		...(timeoutMs !== undefined && { timeoutMs }),
		...(signal !== undefined && { signal }),
		...(idempotencyKey !== undefined && { idempotencyKey }),
	};
}
