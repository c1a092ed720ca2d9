import { createClientWith } from '../call/client.ts';
import type { CallOptions, Calls, Tries } from '../contract/client.ts';
import type { Contract } from '../contract/contract.ts';
import { Edge } from './edge.ts';
import { web } from './web.ts';

type Token = string | null | undefined;

/** Where the edge is, and who asks. */
export interface HttpClientOptions {
	/** Of the edge, such as `https://shop.example`. The page's own origin when absent. */
	readonly baseUrl?: string;
	/**
	 * Gives the bearer token of whoever asks, for each call anew; `undefined` or `null`: nobody in
	 * particular. What it throws, a call rejects with.
	 */
	readonly token?: () => Token | Promise<Token>;
	/** In place of the global `fetch`: for headers of one's own, or a test. */
	readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
	/** How often a call is tried at most, 1 to 10; 3 when absent. */
	readonly attemptsMax?: number;
}

/** What a caller may say about one call over HTTP. */
export interface HttpCallOptions extends CallOptions {
	/**
	 * For a command whose answer settles: how long the edge waits for that, in milliseconds, 0 to
	 * 30_000. As long as the contract says when absent.
	 */
	readonly settleMs?: number;
}

type Reachable<Operations> = {
	readonly [Name in keyof Operations as Operations[Name] extends { readonly http: unknown }
		? Name
		: never]: Operations[Name];
};

/** The operations of a contract that have `http`, as functions. */
export type HttpClient<C> =
	C extends Contract<string, infer D>
		? Calls<Reachable<NonNullable<D['queries']>>, HttpCallOptions> &
				Calls<Reachable<NonNullable<D['commands']>>, HttpCallOptions> & {
					/** The same calls, answering declared errors as values. */
					readonly try: Tries<Reachable<NonNullable<D['queries']>>, HttpCallOptions> &
						Tries<Reachable<NonNullable<D['commands']>>, HttpCallOptions>;
				}
		: never;

/**
 * A typed client of a contract over HTTP, by `fetch`: for browsers, and for everything else that is
 * outside of the fleet. It has the operations that the contract gives a route.
 *
 * What it does for a call is what a client within the fleet does: a deadline, an idempotency key for
 * each command that has a record, further tries under that key when the edge could not be reached,
 * answers and declared errors checked by the contract. A streaming result is read as server-sent
 * events; leaving the loop ends it, and when the connection is lost it throws.
 *
 * Calls reject with a `DeclaredError`, or an error of the platform: the edge's own, or
 * `FLOTILLA_CONNECTION_LOST`, `FLOTILLA_DEADLINE_EXCEEDED`, `FLOTILLA_CANCELLED`,
 * `FLOTILLA_HTTP_FAILED` (something between answered) and `FLOTILLA_OUTPUT_INVALID` (client and
 * server do not go together).
 *
 * @throws {TypeError} There is no `baseUrl`, and no page whose origin could be meant.
 * @example
 * const orders = httpClient(Orders, { token: () => sessionStorage.getItem('token') ?? undefined });
 * const order = await orders.place({ lines: [{ sku: 'TEA-001', quantity: 1 }] });
 * for await (const { status } of orders.watch({ id: order.id })) show(status);
 */
export function httpClient<C extends Contract>(
	contract: C,
	options: HttpClientOptions = {},
): HttpClient<C> {
	const reachable = [...contract.operations].filter(([, { http }]) => http !== undefined);
	const edge = new Edge(options, web);
	const calls = { ...contract, operations: new Map(reachable) };
	return createClientWith(calls, edge, onlyKnown) as unknown as HttpClient<C>;
}

function onlyKnown({
	timeoutMs,
	signal,
	idempotencyKey,
	settleMs,
}: HttpCallOptions): HttpCallOptions {
	return {
		...(timeoutMs !== undefined && { timeoutMs }),
		...(signal !== undefined && { signal }),
		...(idempotencyKey !== undefined && { idempotencyKey }),
		...(settleMs !== undefined && { settleMs }),
	};
}
