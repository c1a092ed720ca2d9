import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyPluginAsync, type FastifyReply } from 'fastify';
import { FlotillaError, isFlotillaError } from 'flotilla/adapter';
import { bearerTokenOf } from './authentication.ts';
import { Connections } from './connections.ts';
import type { CrossOrigin } from './cross-origin.ts';
import { EventStreams } from './event-stream.ts';
import { EdgeRequest, Exchange, exchangeOf, RequestDuration } from './exchange.ts';
import { fixedLimits, type GatewayLimits } from './limits.ts';
import { OperationHandler } from './operation-handler.ts';
import { addOwnRoutes, type OwnRoutesOptions, ownPaths } from './own-routes.ts';
import type { LoadedPages } from './pages/page-folder.ts';
import { PageRoutes, serve } from './pages/page-routes.ts';
import { isBug, type Problem, problemHeaders, problemOf } from './problem.ts';
import { refuseConnection } from './refused-connection.ts';
import { malformedHead } from './request-head.ts';
import { AllowedMethods, type Route, routesOf } from './routes.ts';

export interface EdgeOptions extends Omit<OwnRoutesOptions, 'isClosing'> {
	readonly limits: GatewayLimits;
	readonly pages: readonly LoadedPages[];
	readonly crossOrigin: CrossOrigin | undefined;
	readonly plugin: FastifyPluginAsync | undefined;
}

/**
 * The HTTP server of a gateway: routes, refusals and telemetry. It is given its connections.
 *
 * Fastify finds routes and reads bodies; what it lets through or answers in its own words is
 * refused before or after it.
 */
export class EdgeServer {
	readonly connections: Connections;
	readonly streams: EventStreams;
	readonly #options: EdgeOptions;
	readonly #app: FastifyInstance;
	readonly #server: Server;
	readonly #routes: readonly Route[];
	readonly #allowed: AllowedMethods;
	readonly #pages: PageRoutes;
	readonly #duration: RequestDuration;
	#closing = false;

	/** @throws {FlotillaError} What `routesOf` and `PageRoutes` throw. */
	constructor(options: EdgeOptions) {
		this.#options = options;
		const { fleet, limits } = options;
		this.#routes = routesOf(fleet.contracts);
		this.#allowed = new AllowedMethods(this.#routes, ownPaths(options.metrics));
		this.#pages = new PageRoutes(options.pages, this.#allowed);
		this.#allowed.addPaths(this.#pages.paths);
		this.#duration = new RequestDuration(fleet);
		this.streams = new EventStreams(fleet.host.clock, limits);
		let server: Server | undefined;
		this.#app = Fastify({
			serverFactory: (handle) => {
				server = this.#createServer(handle);
				return server;
			},
			bodyLimit: limits.bodyBytes,
			exposeHeadRoutes: false,
			return503OnClosing: false,
			routerOptions: {
				maxParamLength: limits.headerBytes,
				// Queries are parsed once the operation is known, and more strictly.
				querystringParser: () => ({}),
			},
			clientErrorHandler: (error, socket) => refuseConnection(fleet, error, socket),
			frameworkErrors: (error, request, reply) =>
				this.#refuse(error, exchangeOf(request.raw), reply),
		});
		this.#server = server as unknown as Server;
		this.connections = new Connections(this.#server, fleet.host.clock, limits.stallTimeoutMs);
	}

	/** Makes it ready for connections. */
	async start(): Promise<void> {
		const app = this.#app;
		app.removeAllContentTypeParsers();
		app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
			done(null, body),
		);
		app.addHook('onRequest', (request, reply, done) => {
			const exchange = exchangeOf(request.raw);
			reply.headers(exchange.headers);
			if (request.is404) {
				const fallback = this.#pages.fallbackFor(exchange);
				done(fallback === undefined ? this.#refusalOfUnknown(exchange) : undefined);
			} else {
				exchange.route = request.routeOptions.url ?? '';
				done();
			}
		});
		app.setNotFoundHandler((request, reply) => {
			const fallback = this.#pages.fallbackFor(exchangeOf(request.raw));
			if (fallback !== undefined) return serve(fallback, request, reply);
			// Only OPTIONS comes so far otherwise.
			const allow = this.#allowed.of(request.raw.url ?? '') ?? '';
			const { crossOrigin } = this.#options;
			return reply
				.code(204)
				.header('allow', allow)
				.headers(crossOrigin?.preflightHeaders(request.raw, allow) ?? {})
				.send();
		});
		app.setErrorHandler((error, request, reply) => {
			this.#refuse(error, exchangeOf(request.raw), reply);
		});
		for (const route of this.#routes) this.#addRoute(route);
		addOwnRoutes(app, { ...this.#options, isClosing: () => this.#closing });
		this.#pages.addTo(app);
		if (this.#options.plugin !== undefined) await app.register(this.#options.plugin);
		await app.ready();
		// A server that never listens enforces no time limits, unless it believes that it does.
		this.#server.emit('listening');
	}

	/** Answers that it is not ready and that connections end, and goes on. */
	beginClosing(): void {
		this.#closing = true;
		this.connections.beginDraining();
	}

	async close(): Promise<void> {
		await this.#app.close();
		// Stops the checks of time limits; it was not listening itself.
		this.#server.close(() => {});
	}

	#createServer(handle: (request: IncomingMessage, response: ServerResponse) => void): Server {
		const { limits } = this.#options;
		const server = createServer(
			{
				IncomingMessage: EdgeRequest,
				maxHeaderSize: limits.headerBytes,
				headersTimeout: limits.headersTimeoutMs,
				requestTimeout: limits.requestTimeoutMs,
				keepAliveTimeout: limits.keepAliveTimeoutMs,
				connectionsCheckingInterval: Math.min(1_000, Math.ceil(limits.headersTimeoutMs / 4)),
				// Refused by ourselves, with a body that says why.
				requireHostHeader: false,
			},
			(request, response) => this.#receive(request, response, handle),
		);
		server.on('checkContinue', (request: EdgeRequest, response: ServerResponse) => {
			// A client that asks first is spared from sending a body that will be refused.
			if (!(Number(request.headers['content-length']) > limits.bodyBytes)) response.writeContinue();
			this.#receive(request, response, handle);
		});
		server.on('checkExpectation', (request: EdgeRequest, response: ServerResponse) => {
			const message = 'The only expectation that is met is 100-continue.';
			const error = new FlotillaError('FLOTILLA_EXPECTATION_FAILED', message);
			this.#receive(request, response, () => this.#refuseHead(error, request));
		});
		server.on('connect', (request: EdgeRequest, socket: Duplex) => {
			this.#refuseTunnel(request, socket as Socket);
		});
		// Bounded by their bytes; a bound on their number would drop some in silence.
		server.maxHeadersCount = 0;
		return server;
	}

	#receive(
		request: EdgeRequest,
		response: ServerResponse,
		handle: (request: IncomingMessage, response: ServerResponse) => void,
	): void {
		const { fleet, crossOrigin } = this.#options;
		const exchange = new Exchange(request, response, fleet, crossOrigin?.headersFor(request));
		request.exchange = exchange;
		this.connections.began(response);
		response.on('close', () => {
			if (!request.complete && response.writableFinished) this.#dropBody(request);
			exchange.ended(fleet, this.#duration);
			this.connections.ended(response);
		});
		const malformed = malformedHead(request);
		if (malformed === undefined) {
			handle(request, response);
			return;
		}
		// What follows on this connection cannot be trusted either.
		response.setHeader('connection', 'close');
		this.#refuseHead(new FlotillaError('FLOTILLA_REQUEST_MALFORMED', malformed), request);
	}

	/** Answers what Fastify never sees. */
	#refuseHead(error: FlotillaError, request: EdgeRequest): void {
		const exchange = exchangeOf(request);
		const problem = this.#problemOf(error, exchange);
		const body = JSON.stringify(problem);
		const { allow } = error.details;
		request.resume();
		exchange.response.writeHead(problem.status, {
			...exchange.headers,
			...problemAnswer,
			...(typeof allow === 'string' && { allow }),
			'content-length': Buffer.byteLength(body),
		});
		exchange.response.end(body);
	}

	/** Answers CONNECT, for which node:http gives its connection away and makes no response. */
	#refuseTunnel(request: EdgeRequest, socket: Socket): void {
		const { clock } = this.#options.fleet.host;
		// Nobody else listens any more, and an error without a listener ends the process.
		socket.on('error', () => {});
		const refuse = (): void => {
			if (!socket.writable) {
				socket.destroy();
				return;
			}
			// Answers come in the order of their requests, and an earlier one may be under way.
			const earlier = (socket as { _httpMessage?: ServerResponse })._httpMessage;
			if (earlier !== undefined && earlier !== null) {
				earlier.once('close', refuse);
				return;
			}
			const response = new ServerResponse(request);
			response.assignSocket(socket);
			response.setHeader('connection', 'close');
			response.on('finish', () => socket.end());
			// A moment to read it: closing with unread bytes would reset the connection.
			const timer = clock.setTimer(fixedLimits.refusedBodyMs, () => socket.destroy());
			socket.once('close', () => timer.cancel());
			socket.resume();
			const allow = this.#allowed.all;
			const message = `CONNECT asks for a tunnel, and this is no proxy. It takes ${allow}.`;
			const details = { allow };
			const error = new FlotillaError('FLOTILLA_METHOD_NOT_ALLOWED', message, { details });
			this.#receive(request, response, () => this.#refuseHead(error, request));
		};
		refuse();
	}

	/**
	 * Takes in for a while what is left of a body that was refused. A connection that is closed with
	 * unread bytes is reset, and the client might never see its answer.
	 */
	#dropBody(request: IncomingMessage): void {
		request.resume();
		const timer = this.#options.fleet.host.clock.setTimer(fixedLimits.refusedBodyMs, () => {
			if (!request.complete) request.socket.destroy();
		});
		request.once('close', () => timer.cancel());
	}

	#addRoute(route: Route): void {
		const { fleet, limits, verify } = this.#options;
		const { http } = route;
		const handler = new OperationHandler(route, { fleet, limits, verify, streams: this.streams });
		this.#app.route({
			method: http.method === 'GET' ? ['GET', 'HEAD'] : http.method,
			url: http.path.replaceAll(/\{([^}]+)\}/g, ':$1'),
			onRequest: (request) => handler.admit(exchangeOf(request.raw), request),
			handler: (request, reply) => handler.serve(exchangeOf(request.raw), request, reply),
		});
	}

	#refusalOfUnknown({ request }: Exchange): FlotillaError | undefined {
		const { url = '', method = '' } = request;
		const allow = this.#allowed.of(url);
		if (allow === undefined) {
			return new FlotillaError('FLOTILLA_ROUTE_UNKNOWN', 'There is nothing at this path.');
		}
		if (method === 'OPTIONS') return undefined;
		return new FlotillaError(
			'FLOTILLA_METHOD_NOT_ALLOWED',
			`This path does not take ${method}, but ${allow}.`,
			{ details: { allow } },
		);
	}

	#refuse(thrown: unknown, exchange: Exchange, reply: FastifyReply): void {
		const error = platformErrorOf(thrown);
		const problem = this.#problemOf(error, exchange);
		const { operation, request } = exchange;
		const hadToken = bearerTokenOf(request.headers.authorization) !== undefined;
		const allow = isFlotillaError(error) ? error.details.allow : undefined;
		reply
			// Fastify would close the connection after a refused body; it is taken in instead.
			.removeHeader('connection')
			.removeHeader('preference-applied')
			.code(problem.status)
			.headers({
				...exchange.headers,
				...problemAnswer,
				...problemHeaders(problem, operation, hadToken),
			});
		if (typeof allow === 'string') reply.header('allow', allow);
		// Bytes, because to text Fastify would add a charset, which this media type does not have.
		reply.send(Buffer.from(JSON.stringify(problem)));
	}

	#problemOf(error: unknown, exchange: Exchange): Problem {
		const problem = problemOf(error, exchange.id, exchange.operation);
		exchange.problemCode = problem.code;
		// The call itself has logged its own bugs; what went wrong around it is known only here.
		if (isBug(problem.status) && !isFlotillaError(error)) exchange.hiddenCause = error;
		return problem;
	}
}

const problemAnswer = {
	'content-type': 'application/problem+json',
	'cache-control': 'no-store',
} as const;

/** What Fastify refuses, in the platform's words. */
function platformErrorOf(thrown: unknown): unknown {
	const { code, statusCode } = (thrown ?? {}) as { code?: unknown; statusCode?: unknown };
	if (isFlotillaError(thrown) || typeof code !== 'string') return thrown;
	switch (code) {
		case 'FST_ERR_CTP_BODY_TOO_LARGE':
			return new FlotillaError('FLOTILLA_BODY_TOO_LARGE', 'The body is too large.');
		case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
			return new FlotillaError('FLOTILLA_CONTENT_TYPE_UNSUPPORTED', 'The content type is none.');
		case 'FST_ERR_BAD_URL':
			return new FlotillaError('FLOTILLA_REQUEST_MALFORMED', 'The path has bad percent-encoding.');
		default:
			if (!code.startsWith('FST_') && code !== 'ECONNRESET') return thrown;
			if (typeof statusCode !== 'number' || statusCode >= 500) return thrown;
			return new FlotillaError(
				'FLOTILLA_REQUEST_MALFORMED',
				'The request is incomplete or broken.',
			);
	}
}
