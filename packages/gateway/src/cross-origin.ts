import type { IncomingMessage } from 'node:http';
import { FlotillaError } from 'flotilla/adapter';
import { fixedLimits } from './limits.ts';

/** Which pages of other origins may call the edge from a browser, and see its answers. */
export interface CorsOptions {
	/** Exactly, without a path: `https://shop.example.com`, `http://localhost:5173`. */
	readonly origins: readonly string[];
	/**
	 * Whether browsers send cookies and the like along. Bearer tokens, which a page sends by itself, do
	 * not need it; `false` when absent.
	 */
	readonly credentials?: boolean;
}

/** What a page may send beyond what any page may: the headers that the edge understands. */
const taken =
	'authorization, content-type, idempotency-key, prefer, traceparent, tracestate, x-request-id';
/** What a page may read of an answer beyond its body. */
const exposed = 'preference-applied, retry-after, traceparent, www-authenticate, x-request-id';

/** The edge's side of cross-origin resource sharing. @see https://fetch.spec.whatwg.org/#http-cors-protocol */
export class CrossOrigin {
	readonly #origins: ReadonlySet<string>;
	readonly #credentials: boolean;

	/** @throws {FlotillaError} `FLOTILLA_CONFIGURATION`: something is no origin, or there are too many. */
	constructor({ origins, credentials = false }: CorsOptions) {
		if (origins.length > fixedLimits.corsOrigins) {
			refuse(`cors has ${origins.length} origins, more than ${fixedLimits.corsOrigins}`);
		}
		for (const origin of origins) {
			if (!isOrigin(origin)) {
				refuse(`'${origin}' in cors.origins is no origin such as https://shop.example.com`);
			}
		}
		this.#origins = new Set(origins);
		this.#credentials = credentials;
	}

	/** What every answer says; to anybody else than one of the origins only that it depends on them. */
	headersFor(request: IncomingMessage): Readonly<Record<string, string>> {
		const { origin } = request.headers;
		if (origin === undefined || !this.#origins.has(origin)) return { vary: 'origin' };
		return {
			vary: 'origin',
			'access-control-allow-origin': origin,
			'access-control-expose-headers': exposed,
			...(this.#credentials && { 'access-control-allow-credentials': 'true' }),
		};
	}

	/** What the answer to a preflight says on top; nothing unless it is one of an origin. */
	preflightHeaders(request: IncomingMessage, allow: string): Readonly<Record<string, string>> {
		const { origin, 'access-control-request-method': wanted } = request.headers;
		if (origin === undefined || wanted === undefined || !this.#origins.has(origin)) return {};
		return {
			'access-control-allow-methods': allow,
			'access-control-allow-headers': taken,
			'access-control-max-age': String(fixedLimits.preflightSeconds),
		};
	}
}

/** As browsers write it: in lower case, without a path, and the port only when it is another one. */
function isOrigin(text: string): boolean {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	return url !== undefined && /^https?:$/.test(url.protocol) && url.origin === text;
}

function refuse(reason: string): never {
	throw new FlotillaError('FLOTILLA_CONFIGURATION', `The gateway cannot start: ${reason}.`);
}
