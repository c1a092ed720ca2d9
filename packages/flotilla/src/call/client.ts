import type { CallOptions, Client } from '../contract/client.ts';
import type { Operation } from '../contract/compile-operations.ts';
import type { Contract } from '../contract/contract.ts';
import { isDeclaredError } from '../contract/declared-error.ts';

/** Whatever carries a call to its callee. */
export interface Invoker {
	invoke(operation: Operation, input: unknown, options?: CallOptions): Promise<unknown>;
	stream(operation: Operation, input: unknown, options?: CallOptions): AsyncIterable<unknown>;
}

/** A typed client of a contract, over any invoker. */
export function createClient<C extends Contract>(contract: C, invoker: Invoker): Client<C> {
	const calls: Record<string, unknown> = {};
	const tries: Record<string, unknown> = {};
	for (const [name, operation] of contract.operations) {
		if (operation.streaming) {
			calls[name] = (input: unknown, options?: CallOptions) =>
				invoker.stream(operation, input, options && onlyKnown(options));
			continue;
		}
		const invoke = (input: unknown, options?: CallOptions): Promise<unknown> =>
			invoker.invoke(operation, input, options && onlyKnown(options));
		calls[name] = invoke;
		tries[name] = (input: unknown, options?: CallOptions) =>
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

/** What a gateway may say beyond this, such as who is asking, is not for clients. */
function onlyKnown({ timeoutMs, signal, idempotencyKey }: CallOptions): CallOptions {
	return {
		...(timeoutMs !== undefined && { timeoutMs }),
		...(signal !== undefined && { signal }),
		...(idempotencyKey !== undefined && { idempotencyKey }),
	};
}
