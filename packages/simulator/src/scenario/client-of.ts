import type { Client, Contract } from 'flotilla';
import { runAs, type SimulatedProcess } from '../kernel/kernel.ts';

/**
 * A client whose calls run as code of another process: what a scenario calls leaves from the machine of
 * a client, with that machine's clock, and the answer comes back to the scenario.
 */
export function clientOn<C extends Contract>(
	process: SimulatedProcess,
	client: Client<C>,
): Client<C> {
	return wrapped(process, client) as Client<C>;
}

function wrapped(process: SimulatedProcess, client: object): object {
	return Object.fromEntries(
		Object.entries(client).map(([name, member]) => [
			name,
			typeof member === 'function'
				? (...values: readonly unknown[]) => called(process, member as Operation, values)
				: wrapped(process, member as object),
		]),
	);
}

type Operation = (...values: readonly unknown[]) => unknown;

function called(process: SimulatedProcess, operation: Operation, values: readonly unknown[]) {
	const result = runAs(process, () => operation(...values));
	return isIterable(result) ? iterated(process, result) : result;
}

function iterated(
	process: SimulatedProcess,
	items: AsyncIterable<unknown>,
): AsyncIterable<unknown> {
	return {
		[Symbol.asyncIterator]: () => {
			const iterator = runAs(process, () => items[Symbol.asyncIterator]());
			return {
				next: () => runAs(process, () => iterator.next()),
				return: (value?: unknown) =>
					runAs(
						process,
						() => iterator.return?.(value) ?? Promise.resolve({ done: true as const, value }),
					),
			};
		},
	};
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
	return typeof (value as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator] === 'function';
}
