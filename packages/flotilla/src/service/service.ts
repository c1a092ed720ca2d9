import type { Contract } from '../contract/contract.ts';
import type { Migration } from '../database/migration.ts';
import type { Environment, Implementation, Needs } from './environment.ts';

/** An implementation of a contract: a value, to be put into an app. */
export interface Service {
	readonly '~flotilla': 'service';
	readonly contract: Contract;
	readonly needs: Needs;
	/** `undefined`: the service has no database. */
	readonly migrations: readonly Migration[] | undefined;
	/** Builds the handlers; called once for each time the service is started. */
	readonly implement: (environment: never) => AnyImplementation;
}

/** An implementation whose types were checked where it was written. */
export interface AnyImplementation {
	readonly queries?: Readonly<Record<string, AnyHandler>>;
	readonly commands?: Readonly<Record<string, AnyHandler>>;
	readonly on?: Readonly<Record<string, Readonly<Record<string, AnySubscriber>> | undefined>>;
}

export type AnyHandler = (input: never, call: never) => unknown;
export type AnySubscriber = (data: never, delivery: never) => unknown;

/** What a service needs, and its database. */
export interface ServiceOptions<N extends Needs> {
	/** The services that this one calls or listens to. */
	readonly needs?: N;
	/** Gives the service a database of its own, made by these steps. May be empty. */
	readonly migrations?: readonly Migration[];
}

/**
 * Implements a contract.
 *
 * @param implement Gets the environment, once for each start, and returns a function for each query,
 *   command and event of interest. Keep no state between calls outside of the database: there may be
 *   several instances.
 * @example
 * const greeter = service(Greeter, () => ({
 *   queries: { greet: ({ name }) => ({ text: `Hello, ${name}!` }) },
 * }));
 */
export function service<C extends Contract>(
	contract: C,
	implement: (
		environment: Environment<C, Readonly<Record<never, never>>>,
	) => Implementation<C, Readonly<Record<never, never>>>,
): Service;
export function service<C extends Contract, const N extends Needs>(
	contract: C,
	options: ServiceOptions<N>,
	implement: (environment: Environment<C, N>) => Implementation<C, N>,
): Service;
export function service(
	contract: Contract,
	first: ServiceOptions<Needs> | ((environment: never) => unknown),
	second?: (environment: never) => unknown,
): Service {
	const options = typeof first === 'function' ? {} : first;
	const implement = typeof first === 'function' ? first : second;
	if (typeof implement !== 'function') {
		throw new TypeError(`service '${contract?.name}' needs a function that implements it`);
	}
	return {
		'~flotilla': 'service',
		contract,
		needs: options.needs ?? {},
		migrations: options.migrations,
		implement: implement as Service['implement'],
	};
}
