import { existsSync } from 'node:fs';
import { folder } from '@flotilla/api-page';
import type { FastifyPluginAsync } from 'fastify';
import { type Clock, FlotillaError } from 'flotilla/adapter';
import type { Fleet } from 'flotilla/run';
import type { Verifier } from './authentication.ts';
import { type CorsOptions, CrossOrigin } from './cross-origin.ts';
import { EdgeServer } from './edge-server.ts';
import { completeLimits, fixedLimits, type GatewayLimits } from './limits.ts';
import { type EdgeListener, listen } from './listener.ts';
import { loadPages, type Pages } from './pages/page-folder.ts';

/** Where an edge listens, who may come in, and within which bounds. */
export interface GatewayOptions {
	/** An address that is bound already; the gateway owns it from then on. */
	readonly listener?: EdgeListener;
	/** To bind one: 0 to 65_535, 8080 when absent. Not together with `listener`. */
	readonly port?: number;
	/** `127.0.0.1` when absent. */
	readonly host?: string;
	/** Who a bearer token stands for. Without it only public operations can be called. */
	readonly auth?: Verifier;
	/** Other bounds than the standard ones, each within its range. */
	readonly limits?: Partial<GatewayLimits>;
	/** Of the API, in its OpenAPI document; the name of the app when absent. */
	readonly title?: string;
	/** Of the API, in its OpenAPI document; `1.0.0` when absent. */
	readonly version?: string;
	/** Of the API, in its OpenAPI document; none when absent. */
	readonly description?: string;
	/** Who may read `/metrics`: a scope, or `false` for nobody; `public` when absent. */
	readonly metrics?: string | false;
	/**
	 * Whether `/docs` has a page that shows the operations and calls them: `public`, which it is when
	 * absent, or `false` for none. It shows what `/openapi.json` tells everybody.
	 */
	readonly docs?: 'public' | false;
	/** Files for browsers. What the contracts and the edge itself have at a path cannot be a file. */
	readonly pages?: readonly Pages[];
	/**
	 * Which pages of other origins may call the operations from a browser. Without it none may; pages
	 * that the gateway serves itself always may.
	 */
	readonly cors?: CorsOptions;
	/** Adds routes of another kind. Bodies arrive as bytes there. */
	readonly plugin?: FastifyPluginAsync;
}

/** An edge that serves. Close it before its fleet, or hold it with `await using`. */
export interface Gateway extends AsyncDisposable {
	readonly address: { readonly host: string; readonly port: number };
	/** The same as a URL, without a slash at the end. */
	readonly url: string;
	/**
	 * Ends in peace. It says that it is not ready and puts `Connection: close` on every answer; goes
	 * on accepting for 250 ms, so that balancers look away and what queues is served; stops
	 * listening and ends event streams; then closes each connection once it has been silent for a
	 * moment, and cuts off what is left after `drainTimeoutMs`.
	 *
	 * What arrives on a connection that was accepted is answered, within that time. A connection that
	 * is made after it stopped listening is refused. One that the operating system has made but not
	 * handed over at that moment may be reset with its request unread: nothing of it took effect, and
	 * it can be tried again under its idempotency key.
	 */
	close(): Promise<void>;
}

/**
 * Opens the edge of a fleet: its operations with `http` over HTTP/1.1, and `/openapi.json`, `/docs`,
 * `/health/live`, `/health/ready` and `/metrics`.
 *
 * @throws {FlotillaError} `FLOTILLA_ADDRESS_IN_USE`, `FLOTILLA_ADDRESS_UNAVAILABLE`;
 *   `FLOTILLA_CONFIGURATION`: a limit is out of range, two operations want one route, or pages are missing or
 *   want a path that is taken;
 *   `FLOTILLA_CONTRACT_INVALID`: an input cannot come from its path or query.
 * @example
 * await using edge = await gateway(fleet, { port: 8080, auth: jwt({ issuer, keys }) });
 */
export async function gateway(fleet: Fleet, options: GatewayOptions = {}): Promise<Gateway> {
	if (options.listener !== undefined && (options.port ?? options.host) !== undefined) {
		throw new TypeError('a gateway has either a listener or a port and host');
	}
	const limits = completeLimits(options.limits);
	const listener =
		options.listener ??
		(await listen({
			port: options.port ?? 8080,
			...(options.host === undefined ? {} : { host: options.host }),
			limits: { connections: limits.connections, connectionsWaiting: limits.connectionsWaiting },
		}));
	try {
		const server = new EdgeServer({
			fleet,
			limits,
			verify: options.auth,
			title: options.title ?? fleet.name,
			version: options.version ?? '1.0.0',
			description: options.description,
			metrics: options.metrics ?? 'public',
			pages: await Promise.all(pagesOf(fleet, options).map(loadPages)),
			crossOrigin: options.cors && new CrossOrigin(options.cors),
			plugin: options.plugin,
		});
		await server.start();
		listener.attach((socket) => server.connections.accept(socket));
		return new RunningGateway(listener, server, limits, fleet.host.clock);
	} catch (error) {
		if (options.listener === undefined) await listener.close();
		throw error;
	}
}

function pagesOf(fleet: Fleet, { pages = [], docs }: GatewayOptions): readonly Pages[] {
	if (docs !== undefined && docs !== 'public' && docs !== false) {
		const message = `The gateway cannot start: docs is '${String(docs)}', not 'public' or false.`;
		throw new FlotillaError('FLOTILLA_CONFIGURATION', message);
	}
	if (docs === false) return pages;
	// Every package has it; a checkout where nothing was built yet shall serve its API all the same.
	if (docs === undefined && !existsSync(folder)) {
		fleet.telemetry.log('warn', 'no page at /docs', { error: 'it is not built: npm run pages' });
		return pages;
	}
	return [{ at: '/docs', folder }, ...pages];
}

class RunningGateway implements Gateway {
	readonly address: { readonly host: string; readonly port: number };
	readonly url: string;
	readonly #listener: EdgeListener;
	readonly #server: EdgeServer;
	readonly #limits: GatewayLimits;
	readonly #clock: Clock;
	#closed: Promise<void> | undefined;

	constructor(listener: EdgeListener, server: EdgeServer, limits: GatewayLimits, clock: Clock) {
		this.address = listener.address;
		this.url = listener.url;
		this.#listener = listener;
		this.#server = server;
		this.#limits = limits;
		this.#clock = clock;
	}

	close(): Promise<void> {
		this.#closed ??= this.#close();
		return this.#closed;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	async #close(): Promise<void> {
		this.#server.beginClosing();
		// For a fixed time: as long as clients make connections there is one in the queue, so waiting
		// for an empty one would only lose another one, later.
		await new Promise<void>((resolve) => this.#clock.setTimer(fixedLimits.acceptLingerMs, resolve));
		await this.#listener.close();
		this.#server.streams.end();
		await this.#server.connections.drain(this.#limits.drainTimeoutMs);
		await this.#server.close();
	}
}
