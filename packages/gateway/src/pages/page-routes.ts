import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FlotillaError } from 'flotilla/adapter';
import { type Exchange, exchangeOf } from '../exchange.ts';
import type { AllowedMethods } from '../routes.ts';
import type { PageFile } from './page-file.ts';
import type { LoadedPages } from './page-folder.ts';

/** What is at a path: a file, or the beginning of a folder. */
type Place = Served | { readonly folder: string; readonly route: string };

/** A file, and the route under which it is counted: one for all files, which may be many. */
export interface Served {
	readonly file: PageFile;
	readonly route: string;
}

/**
 * The paths of all pages, each a route of its own: what is not among them is not there, so no path can
 * lead out of a folder.
 */
export class PageRoutes {
	readonly #pages: readonly LoadedPages[];
	readonly #places = new Map<string, Place>();

	/**
	 * @param taken The paths that are taken by something else.
	 * @throws {FlotillaError} `FLOTILLA_CONFIGURATION`: a path would be there twice.
	 */
	constructor(pages: readonly LoadedPages[], taken: AllowedMethods) {
		// The deepest first: a path belongs to those pages that it is below most closely.
		this.#pages = pages.toSorted((a, b) => b.at.length - a.at.length);
		for (const { at, files } of pages) {
			const route = routeBelow(at);
			for (const file of files) {
				const path = `${at}${file.path}`;
				this.#put(path, { file, route }, taken);
				if (!/(?:^|\/)index\.html$/.test(file.path)) continue;
				const folder = path.slice(0, -'index.html'.length);
				this.#put(folder, { file, route }, taken);
				if (folder === '/') continue;
				const name = folder.slice(0, -1);
				this.#put(name, { folder: `${name.slice(name.lastIndexOf('/') + 1)}/`, route }, taken);
			}
		}
	}

	get paths(): readonly string[] {
		return [...this.#places.keys()];
	}

	addTo(app: FastifyInstance): void {
		for (const [url, place] of this.#places) {
			app.route({
				method: ['GET', 'HEAD'],
				url,
				handler: (request, reply) =>
					'file' in place ? serve(place, request, reply) : redirect(place, request, reply),
			});
		}
	}

	/** The page for a path where there is nothing, if this is a browser that wants to see one. */
	fallbackFor({ request }: Exchange): Served | undefined {
		const { method, url = '', headers } = request;
		if (method !== 'GET' && method !== 'HEAD') return undefined;
		// Whoever takes anything is a program: it wants to know that there is nothing.
		if (!/(?:^|[,\s])text\/html\b/i.test(headers.accept ?? '')) return undefined;
		const path = url.split('?', 1)[0] ?? '';
		if (isOfTheInterface(path)) return undefined;
		const { at, fallback } = this.#pages.find((pages) => path.startsWith(pages.at)) ?? {};
		if (at === undefined || fallback === undefined) return undefined;
		return { file: fallback, route: routeBelow(at) };
	}

	#put(path: string, place: Place, taken: AllowedMethods): void {
		const isTaken = this.#places.has(path) || taken.of(path) !== undefined;
		if (isTaken) {
			throw new FlotillaError(
				'FLOTILLA_CONFIGURATION',
				`The gateway cannot start: pages want the path ${path}, which is taken.`,
			);
		}
		this.#places.set(path, place);
	}
}

const routeBelow = (at: string): string => `${at}*`;

/** Whether programs ask at such a path, for whom a page would be no answer: `/v1/orders`. */
function isOfTheInterface(path: string): boolean {
	return /^\/(?:v\d+|health|metrics|openapi\.json)(?:\/|$)/.test(path);
}

export async function serve(
	{ file, route }: Served,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const exchange = exchangeOf(request.raw);
	exchange.route = route;
	// What a page loads for itself is worth no line of the log each.
	exchange.quiet = !file.isHtml;
	const { status, headers, body } = await file.representation({
		acceptEncoding: request.headers['accept-encoding'] as string | undefined,
		ifNoneMatch: request.headers['if-none-match'],
	});
	const vary = [exchange.headers.vary, headers.vary].filter((one) => one !== undefined);
	reply.code(status).headers(headers);
	if (vary.length > 0) reply.header('vary', vary.join(', '));
	return reply.send(body);
}

/** Relative, so that it is right behind a proxy that serves the gateway below a path of its own. */
function redirect(
	{ folder, route }: { readonly folder: string; readonly route: string },
	request: FastifyRequest,
	reply: FastifyReply,
): FastifyReply {
	exchangeOf(request.raw).route = route;
	const query = /\?.*$/.exec(request.raw.url ?? '')?.[0] ?? '';
	return reply.code(308).header('location', `${folder}${query}`).send();
}
