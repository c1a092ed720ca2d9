import { IncomingMessage, type ServerResponse } from 'node:http';
import type { Principal } from 'flotilla';
import { type Operation, Trace } from 'flotilla/adapter';
import type { Fleet } from 'flotilla/run';
import { fixedLimits } from './limits.ts';
import { isBug } from './problem.ts';
import { takenRequestId } from './request-head.ts';

/** A request that knows its exchange: cheaper for the garbage collector than a map beside it. */
export class EdgeRequest extends IncomingMessage {
	exchange: Exchange | undefined = undefined;
}

/** One request and its answer, from the arrival of the head to the last byte. */
export class Exchange {
	readonly request: EdgeRequest;
	readonly response: ServerResponse;
	/** Its name in answers and logs. */
	readonly id: string;
	/** The span of the edge: the cause of all that the request causes. */
	readonly trace: Trace;
	/** What every answer says. */
	readonly headers: Readonly<Record<string, string>>;
	/** Who is asking, once that is known. */
	principal: Principal | undefined = undefined;
	/** The template of the path; `''` when no route was found. */
	route = '';
	/** The operation that the route leads to. */
	operation: Operation | undefined = undefined;
	/** Nothing that a person asked for, such as a probe: not worth a log line when it goes well. */
	quiet = false;
	/** What was answered, where the response does not know it. */
	status: number | undefined = undefined;
	/** The code of the problem that was answered. */
	problemCode: string | undefined = undefined;
	/** What was behind a problem about which the answer says nothing. */
	hiddenCause: unknown = undefined;
	readonly #startMs: number;
	#gone: AbortController | undefined = undefined;

	/** @param more Further headers of every answer. */
	constructor(
		request: EdgeRequest,
		response: ServerResponse,
		{ host }: Fleet,
		more: Readonly<Record<string, string>> = {},
	) {
		this.request = request;
		this.response = response;
		this.#startMs = host.clock.monotonicMs();
		const { traceparent: given, tracestate: state } = request.headers;
		const parent =
			typeof given === 'string'
				? Trace.parse(given, Array.isArray(state) ? state.join(',') : state)
				: undefined;
		this.trace = parent === undefined ? Trace.root(host.random) : parent.child(host.random);
		const traceparent = this.trace.traceparent;
		// Without a name of its own a request is named like its span, within its trace.
		this.id = takenRequestId(request) ?? traceparent.slice(3, 52);
		this.headers = {
			'x-request-id': this.id,
			traceparent,
			'x-content-type-options': 'nosniff',
			...more,
		};
	}

	/** Aborts when the client goes away before its answer is complete. */
	get gone(): AbortSignal {
		this.#gone ??= new AbortController();
		return this.#gone.signal;
	}

	/** Called when the response is over, complete or not. */
	ended(fleet: Fleet, duration: RequestDuration): void {
		const { response, request } = this;
		const complete = response.writableFinished;
		if (!complete) this.#gone?.abort();
		const endMs = fleet.host.clock.monotonicMs();
		const durationMs = endMs - this.#startMs;
		const method = knownMethods.has(request.method ?? '') ? (request.method as string) : '_OTHER';
		// What is written once the headers are out, such as a stream that the client leaves, went well.
		const answered = complete || response.headersSent ? response.statusCode : 499;
		const status = this.status ?? answered;
		const outcome = this.problemCode ?? (status === 499 ? 'FLOTILLA_CANCELLED' : 'ok');
		duration.record(method, this.route, status, durationMs);
		fleet.telemetry.spans.add({
			name: this.route === '' ? method : `${method} ${this.route}`,
			kind: 'server',
			trace: this.trace,
			endMs,
			durationMs,
			outcome,
		});
		this.#log(fleet, method, status, durationMs, outcome);
	}

	#log(fleet: Fleet, method: string, status: number, durationMs: number, outcome: string): void {
		const level = isBug(status) ? 'error' : status > 500 ? 'warn' : this.quiet ? 'debug' : 'info';
		if (!fleet.telemetry.logs(level)) return;
		const fields: Record<string, unknown> = {
			request_id: this.id,
			http_request_method: method,
			http_response_status_code: status,
			duration_ms: Math.round(durationMs * 1_000) / 1_000,
		};
		if (this.route !== '') fields.http_route = this.route;
		else {
			// Without the query, which may hold secrets.
			const path = (this.request.url ?? '').split('?', 1)[0] ?? '';
			fields.url_path = path.slice(0, fixedLimits.loggedPathLength);
		}
		if (outcome !== 'ok') fields.outcome = outcome;
		const cause = this.hiddenCause;
		if (cause !== undefined) {
			fields.error = cause instanceof Error ? cause.message : String(cause);
			if (cause instanceof Error) fields.stack = cause.stack;
		}
		fleet.telemetry.log(level, 'request', fields, this.trace);
	}
}

/** The exchange of a request that came through an edge. */
export function exchangeOf(request: IncomingMessage): Exchange {
	const { exchange } = request as EdgeRequest;
	if (exchange === undefined) throw new TypeError('a request did not come through the edge');
	return exchange;
}

/** Methods that may become a label; anybody can invent further ones. */
const knownMethods: ReadonlySet<string> = new Set([
	'GET',
	'HEAD',
	'POST',
	'PUT',
	'PATCH',
	'DELETE',
	'OPTIONS',
]);

/** `http_server_request_duration_seconds`, its series found once each. */
export class RequestDuration {
	readonly #fleet: Fleet;
	readonly #series = new Map<string, { record(durationMs: number): void }>();

	constructor(fleet: Fleet) {
		this.#fleet = fleet;
	}

	record(method: string, route: string, status: number, durationMs: number): void {
		const key = `${method} ${status} ${route}`;
		let series = this.#series.get(key);
		if (series === undefined) {
			series = this.#fleet.telemetry.metrics.histogram(
				'http_server_request_duration_seconds',
				'Duration of HTTP requests.',
				{
					http_request_method: method,
					http_route: route,
					http_response_status_code: String(status),
				},
			);
			this.#series.set(key, series);
		}
		series.record(durationMs);
	}
}
