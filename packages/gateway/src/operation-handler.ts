import type { FastifyReply, FastifyRequest } from 'fastify';
import { FlotillaError, successStatus } from 'flotilla/adapter';
import type { Caller, Fleet } from 'flotilla/run';
import { authenticate, type Verifier } from './authentication.ts';
import type { EventStreams } from './event-stream.ts';
import type { Exchange } from './exchange.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import type { GatewayLimits } from './limits.ts';
import { preferredWaitSeconds } from './prefer.ts';
import { problemOf } from './problem.ts';
import { parseQuery } from './query-string.ts';
import { hasBody, unsupportedContent } from './request-head.ts';
import type { Route } from './routes.ts';
import { type Settling, settledAnswer } from './settle.ts';
import { parseStrictJson } from './strict-json.ts';

/** Serves one operation over HTTP. */
export class OperationHandler {
	readonly #route: Route;
	readonly #fleet: Fleet;
	readonly #limits: GatewayLimits;
	readonly #verify: Verifier | undefined;
	readonly #streams: EventStreams;

	constructor(
		route: Route,
		parts: {
			readonly fleet: Fleet;
			readonly limits: GatewayLimits;
			readonly verify: Verifier | undefined;
			readonly streams: EventStreams;
		},
	) {
		this.#route = route;
		this.#fleet = parts.fleet;
		this.#limits = parts.limits;
		this.#verify = parts.verify;
		this.#streams = parts.streams;
	}

	/** Finds out who asks and whether the body can be read, before any of the body is. */
	async admit(exchange: Exchange, { params }: FastifyRequest): Promise<void> {
		const { operation, http } = this.#route;
		const { request } = exchange;
		exchange.route = http.path;
		for (const field of http.pathFields) {
			if ((params as Readonly<Record<string, string>>)[field] === '') {
				throw new FlotillaError('FLOTILLA_ROUTE_UNKNOWN', 'A part of this path is empty.');
			}
		}
		exchange.operation = operation;
		const { authorization } = request.headers;
		const wanted = operation.auth ?? 'public';
		if (wanted !== 'public' || authorization !== undefined) {
			exchange.principal = await authenticate(wanted, authorization, this.#verify);
		}
		const unsupported = hasBody(request) ? unsupportedContent(request) : undefined;
		if (unsupported !== undefined) {
			throw new FlotillaError('FLOTILLA_CONTENT_TYPE_UNSUPPORTED', unsupported);
		}
	}

	/** Calls the operation and answers. */
	async serve(exchange: Exchange, request: FastifyRequest, reply: FastifyReply): Promise<void> {
		const { operation, settling } = this.#route;
		const input = this.#inputOf(exchange, request);
		const caller: Caller = {
			principal: exchange.principal,
			trace: exchange.trace,
			signal: exchange.gone,
			idempotencyKey: this.#idempotencyKeyOf(exchange),
		};
		if (operation.kind === 'command' || exchange.principal !== undefined) {
			reply.header('cache-control', 'no-store');
		}
		if (operation.streaming) return this.#stream(exchange, input, caller, reply);
		let answer = await this.#fleet.invoke(operation, input, caller);
		if (settling !== undefined)
			answer = await this.#settled(settling, answer, exchange, caller, reply);
		this.#answer(answer, reply);
	}

	#inputOf(exchange: Exchange, request: FastifyRequest): unknown {
		const { url = '' } = exchange.request;
		const mark = url.indexOf('?');
		const query = parseQuery(mark < 0 ? '' : url.slice(mark + 1), this.#limits.queryLength);
		const bytes = request.body as Uint8Array | undefined;
		return this.#route.input.read({
			path: request.params as Readonly<Record<string, string>>,
			query,
			body: bytes?.length ? parseStrictJson(bytes, this.#limits.jsonDepth) : undefined,
		});
	}

	#idempotencyKeyOf({ request }: Exchange): string | undefined {
		const { kind, idempotent } = this.#route.operation;
		if (kind !== 'command' || idempotent) return undefined;
		return idempotencyKeyOf(request.headers['idempotency-key'] as string | undefined);
	}

	async #settled(
		settling: Settling,
		answer: unknown,
		exchange: Exchange,
		caller: Caller,
		reply: FastifyReply,
	): Promise<unknown> {
		const prefer = exchange.request.headers.prefer as string | undefined;
		const seconds = preferredWaitSeconds(prefer);
		if (seconds !== undefined) reply.header('preference-applied', `wait=${seconds}`);
		const waitMs = seconds === undefined ? settling.settle.waitMs : seconds * 1_000;
		return settledAnswer(this.#fleet, settling, answer, caller, waitMs);
	}

	#answer(answer: unknown, reply: FastifyReply): void {
		const { operation, http } = this.#route;
		reply.code(successStatus(operation, http));
		if (operation.output === undefined) reply.send();
		else reply.type('application/json').send(JSON.stringify(answer) ?? 'null');
	}

	async #stream(
		exchange: Exchange,
		input: unknown,
		caller: Caller,
		reply: FastifyReply,
	): Promise<void> {
		const { operation } = this.#route;
		if (exchange.request.method === 'HEAD') {
			reply.type('text/event-stream').send();
			return;
		}
		const stream = await this.#streams.open(this.#fleet.stream(operation, input, caller));
		reply.hijack();
		await stream.writeTo(exchange.response, exchange.headers, (error) => {
			const problem = problemOf(error, exchange.id, operation);
			exchange.problemCode = problem.code;
			return problem;
		});
	}
}
