/** Outgoing HTTP. Connections are kept and reused; redirects are answers like any other. */
export interface HttpClient {
	/**
	 * Resolves with the status and headers; the body follows.
	 *
	 * Rejects with `FLOTILLA_HTTP_FAILED`, `effect: 'none'` when the connection was never made and
	 * `'unknown'` when it broke later; with `FLOTILLA_DEADLINE_EXCEEDED` after `timeoutMs`; with
	 * `FLOTILLA_CANCELLED` when the signal aborts. The last two have `effect: 'none'` if nothing had
	 * been sent.
	 */
	request(request: HttpRequest): Promise<HttpResponse>;

	/** Ends idle connections; requests under way go on, new ones are refused. */
	close(): Promise<void>;
}

export interface HttpRequest {
	readonly method: string;
	/** Absolute, `http:` or `https:`. */
	readonly url: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: Uint8Array | string;
	/** For the whole exchange, body included: 1 to 3_600_000; 30_000 when absent. */
	readonly timeoutMs?: number;
	readonly signal?: AbortSignal;
}

export interface HttpResponse {
	readonly status: number;
	/** Names in lower case; several values of one name are joined by `, `. */
	readonly headers: Readonly<Record<string, string>>;
	/** The body as it arrives. Read it, or call `discard`. */
	readonly body: AsyncIterable<Uint8Array>;
	/** The whole body. Rejects with `FLOTILLA_BODY_TOO_LARGE` beyond `limitBytes`. */
	bytes(limitBytes: number): Promise<Uint8Array>;
	discard(): Promise<void>;
}
