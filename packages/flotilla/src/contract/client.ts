import type { Contract } from './contract.ts';
import type { DeclaredError } from './declared-error.ts';
import type { ErrorOf, OperationDefinition, StreamOf } from './definition.ts';
import type { InputOf, OutputOf, Schema } from './schema.ts';

/** What a caller may say about one call. */
export interface CallOptions {
	/** Waits at most so long, within what is left of the caller's own deadline. */
	readonly timeoutMs?: number;
	/** Gives up when it aborts. */
	readonly signal?: AbortSignal;
	/**
	 * Names this command: 1 to 255 printable ASCII characters. The same key with the same input gets
	 * the first answer again for 7 days. A fresh UUIDv7 when absent.
	 */
	readonly idempotencyKey?: string;
}

/** An answer as a value: what was asked for, or an error that the contract declares. */
export type Result<Value, Problem> =
	| { readonly ok: true; readonly value: Value }
	| { readonly ok: false; readonly error: Problem };

/** The type by which the operations of a contract are called. */
export type Client<C> =
	C extends Contract<string, infer D>
		? Calls<NonNullable<D['queries']>> &
				Calls<NonNullable<D['commands']>> & {
					/**
					 * The same calls, answering declared errors as values. What is not an answer
					 * (deadline, unavailable, a bug) is thrown as ever.
					 */
					readonly try: Tries<NonNullable<D['queries']>> & Tries<NonNullable<D['commands']>>;
				}
		: never;

export type Calls<Operations, Options = CallOptions> = {
	readonly [Name in keyof Operations]: (
		...args: CallArguments<Operations[Name], Options>
	) => Operations[Name] extends { readonly output: StreamOf<infer Item> }
		? AsyncIterable<OutputOf<Item>>
		: Promise<AnswerOf<Operations[Name]>>;
};

export type Tries<Operations, Options = CallOptions> = {
	readonly [Name in keyof Operations as Operations[Name] extends { readonly output: StreamOf }
		? never
		: Name]: (
		...args: CallArguments<Operations[Name], Options>
	) => Promise<Result<AnswerOf<Operations[Name]>, DeclaredErrorOf<Operations[Name]>>>;
};

export type CallArguments<D, Options = CallOptions> = D extends {
	readonly input: infer S extends Schema;
}
	? [input: InputOf<S>, options?: Options]
	: [input?: undefined, options?: Options];

export type AnswerOf<D> = D extends { readonly output: infer S extends Schema }
	? OutputOf<S>
	: undefined;

/** The union of the declared errors of an operation; `never` when it declares none. */
export type DeclaredErrorOf<D> = D extends { readonly errors: infer E }
	? { [Code in keyof E & string]: DeclaredError<Code, OutputOf<ErrorSchema<E[Code]>>> }[keyof E &
			string]
	: never;

export type ErrorSchema<E> = E extends ErrorOf<infer S> ? S : E extends Schema ? E : never;

/** Makes the error to throw: `throw errors.notFound({ id })`. */
export type ErrorMakers<D extends OperationDefinition> = D extends { readonly errors: infer E }
	? {
			readonly [Code in keyof E & string]: (
				data: InputOf<ErrorSchema<E[Code]>>,
			) => DeclaredError<Code>;
		}
	: Readonly<Record<never, never>>;
