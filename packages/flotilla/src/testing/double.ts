import type { Operation } from '../contract/compile-operations.ts';
import type { Contract } from '../contract/contract.ts';
import type { OutputOf, Schema } from '../contract/schema.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import { limits } from '../limits.ts';
import type { Environment, Handler, Implementation, Needs } from '../service/environment.ts';
import type { AnyHandler, AnyImplementation, Service } from '../service/service.ts';

/** A service that stands in for the real one in a test, and remembers how it was called. */
export interface Double<C> extends Service {
	/**
	 * The inputs of the calls of each operation, oldest first, as its handler saw them; those of the
	 * last 1,000. A command that is repeated under its idempotency key counts once, as it takes effect
	 * once.
	 */
	readonly calls: { readonly [Name in keyof OperationsOf<C>]: readonly InputSeen<C, Name>[] };
}

/** Those operations of a contract that a double is given, as a service would implement them. */
export type DoubledOperations<C> = {
	readonly [Name in keyof OperationsOf<C>]?: Handler<OperationsOf<C>[Name]>;
};

/** What a double needs besides its operations. */
export interface DoubleOptions<C, N extends Needs> {
	/** The services that the double listens to, or calls. */
	readonly needs?: N;
	/** What it does when one of them emits an event, as in a service. */
	readonly on?: NonNullable<Implementation<C, N>['on' & keyof Implementation<C, N>]>;
}

type OperationsOf<C> =
	C extends Contract<string, infer D>
		? NonNullable<D['queries']> & NonNullable<D['commands']>
		: never;

type InputSeen<C, Name extends keyof OperationsOf<C>> = OperationsOf<C>[Name] extends {
	readonly input: infer S extends Schema;
}
	? OutputOf<S>
	: undefined;

/**
 * Makes a stand-in for a service that a test leaves out: a fake that the contract checks. It goes into
 * an app where the real service would, embedded and simulated, and behaves as one: inputs and answers
 * are validated, declared errors are thrown by `errors`, a repeated command gets its first answer.
 *
 * @param operations The operations that the test needs, queries and commands alike; or a function that
 *   gets the environment of a service and returns them, for those that emit events in a `tx`. A call of
 *   one that is not here fails with `FLOTILLA_DOUBLE_INCOMPLETE`, which names it.
 * @throws {TypeError} The contract has no operation of that name.
 * @example
 * const products = double(Products, {
 *   reserve: ({ sku, quantity }, { errors }) => {
 *     if (quantity > 3) throw errors.outOfStock({ sku });
 *     return { reservation: 'r1' };
 *   },
 * });
 * await using fleet = await run(app('test', [orders, products]), { dataDir });
 * await fleet.client(Orders).place({ sku: 'tea', quantity: 2 });
 * assert.deepEqual(products.calls.reserve, [{ sku: 'tea', quantity: 2 }]);
 */
export function double<C extends Contract, const N extends Needs = Readonly<Record<never, never>>>(
	contract: C,
	operations: DoubledOperations<C> | ((environment: Environment<C, N>) => DoubledOperations<C>),
	options: DoubleOptions<C, N> = {},
): Double<C> {
	const { needs = {}, on } = options;
	const calls: Record<string, unknown[]> = {};
	for (const name of contract.operations.keys()) calls[name] = [];
	if (typeof operations !== 'function') refuseUnknown(contract, operations);
	const implement = (environment: never): AnyImplementation => {
		const given = typeof operations === 'function' ? operations(environment) : operations;
		refuseUnknown(contract, given);
		return {
			...handlersOf(contract, given as Readonly<Record<string, AnyHandler>>, calls),
			...(on !== undefined && { on: on as NonNullable<AnyImplementation['on']> }),
		};
	};
	return {
		'~flotilla': 'service',
		contract,
		needs,
		migrations: needsDatabase(contract, on !== undefined) ? [] : undefined,
		implement,
		calls: calls as Double<C>['calls'],
	};
}

/** A service answers a command once, emits and listens by means of a database. */
function needsDatabase({ operations, events }: Contract, listens: boolean): boolean {
	const isRecorded = ({ kind, idempotent }: Operation): boolean =>
		kind === 'command' && !idempotent;
	return listens || events.size > 0 || [...operations.values()].some(isRecorded);
}

function handlersOf(
	contract: Contract,
	given: Readonly<Record<string, AnyHandler>>,
	calls: Readonly<Record<string, unknown[]>>,
): AnyImplementation {
	const queries: Record<string, AnyHandler> = {};
	const commands: Record<string, AnyHandler> = {};
	for (const operation of contract.operations.values()) {
		const { kind, name } = operation;
		const handler = given[name] ?? missing(contract, operation);
		const seen = calls[name] as unknown[];
		const kept: AnyHandler = (input, call) => {
			if (seen.push(input) > limits.doubleCalls) seen.shift();
			return handler(input, call);
		};
		(kind === 'query' ? queries : commands)[name] = kept;
	}
	return { queries, commands };
}

function missing(contract: Contract, { name, address }: Operation): AnyHandler {
	return () => {
		const message = `The double of '${contract.name}' was not given '${name}', which was called.`;
		throw new FlotillaError('FLOTILLA_DOUBLE_INCOMPLETE', message, {
			details: { operation: address },
		});
	};
}

function refuseUnknown({ name, operations }: Contract, given: object): void {
	const unknown = Object.keys(given).find((key) => !operations.has(key));
	if (unknown === undefined) return;
	const known = [...operations.keys()].join(', ');
	throw new TypeError(`'${name}' has no operation '${unknown}' to double. It has: ${known}.`);
}
