import type { Logger } from '../call/logger.ts';
import type { Principal } from '../context/principal.ts';
import type { Client, ErrorMakers } from '../contract/client.ts';
import type { Contract } from '../contract/contract.ts';
import type {
	CommandDefinition,
	EventDefinition,
	OperationDefinition,
	StreamOf,
} from '../contract/definition.ts';
import type { InputOf, OutputOf, Schema } from '../contract/schema.ts';
import type { Reader, Writer } from '../database/session.ts';
import type { Cryptography } from '../host/cryptography.ts';

/** The contracts of other services that a service calls or listens to, under names it chooses. */
export type Needs = Readonly<Record<string, Contract>>;

/** What lives as long as the service: its only way to anything outside of it. */
export interface Environment<C, N extends Needs> {
	/** Clients of the services that are needed. Not to be used inside a transaction. */
	readonly call: { readonly [Name in keyof N]: Client<N[Name]> };

	/**
	 * Runs `work` in the one transaction of a command and commits its writes, its events, the
	 * idempotency key and its result, which must be the command's answer, together.
	 *
	 * `work` may run more than once, so it touches nothing but `t`, and awaits nothing else:
	 * `FLOTILLA_TX_FOREIGN_AWAIT`. When it throws, nothing is written.
	 */
	tx<T>(work: (t: Transaction<C>) => Promise<T> | T): Promise<T>;

	/** Runs `work` on one consistent snapshot; its `t` can neither write nor emit. */
	read<T>(work: (t: Reader) => Promise<T> | T): Promise<T>;

	/**
	 * What `work` reads, at once and again whenever it has changed: after this service has committed
	 * an event with the ordering key `key`, and once a second to be sure. For streaming results.
	 */
	live<T>(key: string, work: (t: Reader) => Promise<T> | T): AsyncIterable<T>;

	/** Keys, signatures, password hashes. */
	readonly crypto: Cryptography;

	/** Lines with the name of the service and the ids of the trace that is running. */
	readonly log: Logger;
}

/** The handle of a transaction: reads, writes, and the only way to emit events. */
export interface Transaction<C> extends Writer {
	/** Emits an event: it is delivered if and only if the transaction commits. */
	readonly emit: C extends Contract<string, infer D> ? Emitters<NonNullable<D['events']>> : never;
}

export type Emitters<Events> = {
	readonly [Name in keyof Events]: Events[Name] extends { readonly data: infer S extends Schema }
		? (data: InputOf<S>) => void
		: never;
};

/** This call: what a handler gets as its second argument. */
export interface Call<D extends OperationDefinition = OperationDefinition> {
	/** Of this call; a repeated command has another one. */
	readonly id: string;
	/** Who is asking; `undefined` when nobody proved to be anybody. */
	readonly principal: Principal | undefined;
	/** The service that calls; `undefined` from outside. */
	readonly peer: string | undefined;
	/** What is left until the caller stops waiting, in milliseconds; `Infinity` without a deadline. */
	readonly remainingMs: number;
	/** Aborts when the caller stops waiting. */
	readonly signal: AbortSignal;
	/** Makes the declared errors: `throw errors.notFound({ id })`. */
	readonly errors: ErrorMakers<D>;
	readonly log: Logger;
}

/** A delivered event's surroundings: what a subscriber gets as its second argument. */
export interface Delivery<C> {
	/** Of the event; the same on every delivery. */
	readonly id: string;
	/** When it was emitted, in milliseconds since 1970. */
	readonly emittedAtMs: number;
	/** On whose behalf the emitting command ran. */
	readonly principal: Principal | undefined;
	/** The transaction that also records the event as seen: whatever happens, happens once. */
	readonly t: Transaction<C>;
	readonly log: Logger;
}

/** What a service has to provide for its contract. */
export type Implementation<C, N extends Needs> =
	C extends Contract<string, infer D>
		? Queries<D> &
				Commands<D> & {
					/** Subscribers, by the name under which the emitting service is needed. */
					readonly on?: { readonly [Name in keyof N]?: Subscribers<N[Name], C> };
				}
		: never;

type Queries<D> = D extends { readonly queries: infer Operations }
	? { readonly queries: { readonly [Name in keyof Operations]: Handler<Operations[Name]> } }
	: { readonly queries?: Readonly<Record<never, never>> };

type Commands<D> = D extends { readonly commands: infer Operations }
	? { readonly commands: { readonly [Name in keyof Operations]: Handler<Operations[Name]> } }
	: { readonly commands?: Readonly<Record<never, never>> };

// Every key that an operation may have: one with none of them in common would match no definition.
export type Handler<D> = D extends CommandDefinition
	? (input: HandlerInput<D>, call: Call<D>) => HandlerResult<D>
	: never;

type HandlerInput<D> = D extends { readonly input: infer S extends Schema }
	? OutputOf<S>
	: undefined;

type HandlerResult<D> = D extends { readonly output: StreamOf<infer Item> }
	? AsyncIterable<InputOf<Item>>
	: D extends { readonly output: infer S extends Schema }
		? Promise<InputOf<S>> | InputOf<S>
		: Promise<void> | void;

type Subscribers<Emitter, C> =
	Emitter extends Contract<string, infer D>
		? {
				readonly [Name in keyof NonNullable<D['events']>]?: NonNullable<
					D['events']
				>[Name] extends infer E extends EventDefinition
					? (data: OutputOf<E['data']>, delivery: Delivery<C>) => Promise<unknown> | unknown
					: never;
			}
		: never;
