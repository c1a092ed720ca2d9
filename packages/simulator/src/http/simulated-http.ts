import type { HttpClient } from 'flotilla/adapter';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';
import { Link } from '../network/link.ts';
import { SimulatedHttpClient } from './simulated-http-client.ts';

/** A request as an outside service sees it. */
export interface ReceivedRequest {
	readonly method: string;
	readonly url: URL;
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Uint8Array;
	/** The machine that asks. */
	readonly from: string;
}

export interface Response {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: Uint8Array | string;
	/** How long the service takes, in virtual time; 0 when absent. */
	readonly afterMs?: number;
}

/**
 * A scenario's stand-in for an outside service. It runs as code of the real world, so it waits for nothing
 * but microtasks: `afterMs` makes it slow. What it throws ends the connection unanswered.
 */
export type Responder = (request: ReceivedRequest) => Response | Promise<Response>;

/** How far the outside world is from every machine. */
const outsideDelayMs = 10;

/** The services outside of the simulated fleet, by origin. */
export class SimulatedHttp {
	readonly #kernel: Kernel;
	readonly #responders = new Map<string, Responder>();
	readonly #links = new Map<string, Link>();

	constructor({ kernel }: { readonly kernel: Kernel }) {
		this.#kernel = kernel;
	}

	/**
	 * Answers all requests to an origin, such as `https://pay.example`; a later responder replaces it.
	 *
	 * @throws {TypeError} It is no origin.
	 */
	respond(origin: string, responder: Responder): void {
		if (URL.parse(origin)?.origin !== origin) throw new TypeError(`'${origin}' is no origin.`);
		this.#responders.set(origin, responder);
	}

	/** The `HttpClient` seam of a process. */
	clientOf(process: SimulatedProcess): HttpClient {
		return new SimulatedHttpClient({
			kernel: this.#kernel,
			process,
			responderOf: (origin) => this.#responders.get(origin),
			linkBetween: (from, to) => this.#link(from, to),
		});
	}

	#link(from: string, to: string): Link {
		const name = `${from} ${to}`;
		let link = this.#links.get(name);
		if (link === undefined) {
			link = new Link(this.#kernel, { from, to, baseDelayMs: outsideDelayMs });
			this.#links.set(name, link);
		}
		return link;
	}
}
