import type { Contract } from 'flotilla';
import { FlotillaError, type HttpOperation, type Operation } from 'flotilla/adapter';
import { RequestInput } from './request-input.ts';
import type { Settling } from './settle.ts';

/** An operation with what the edge needs to serve it. */
export interface Route {
	readonly operation: Operation;
	readonly http: HttpOperation;
	readonly input: RequestInput;
	readonly settling: Settling | undefined;
}

/**
 * The routes of all contracts.
 *
 * @throws {FlotillaError} `FLOTILLA_CONFIGURATION`: two operations want one route.
 *   `FLOTILLA_CONTRACT_INVALID`: an input cannot come from its path or query.
 */
export function routesOf(contracts: readonly Contract[]): readonly Route[] {
	const owners = new Map<string, Operation>();
	const routes: Route[] = [];
	for (const { operations } of contracts) {
		for (const operation of operations.values()) {
			const { http } = operation;
			if (http === undefined) continue;
			const place = `${http.method} ${http.path.replaceAll(/\{[^}]+\}/g, '{}')}`;
			const owner = owners.get(place);
			if (owner !== undefined) {
				throw new FlotillaError(
					'FLOTILLA_CONFIGURATION',
					`${owner.address} and ${operation.address} both want ${http.method} ${http.path}.`,
				);
			}
			owners.set(place, operation);
			const watch = http.settle && operations.get(http.settle.watch);
			const settling =
				http.settle === undefined || watch === undefined
					? undefined
					: { settle: http.settle, watch };
			routes.push({ operation, http, input: new RequestInput(operation, http), settling });
		}
	}
	return routes;
}

/** Tells which methods a path has, for requests that no route was found for. */
export class AllowedMethods {
	/** Of paths without fields, of which pages may bring many. */
	readonly #plain = new Map<string, Set<string>>();
	readonly #patterns = new Map<
		string,
		{ readonly pattern: RegExp; readonly methods: Set<string> }
	>();

	/** @param more Further paths, which take GET. */
	constructor(routes: readonly Route[], more: readonly string[]) {
		this.addPaths(more);
		for (const { http } of routes) this.#add(http.method, http.path);
	}

	/** Adds paths, which take GET. */
	addPaths(paths: readonly string[]): void {
		for (const path of paths) this.#add('GET', path);
	}

	/** For an `Allow` header; `undefined` when there is no such path. */
	of(url: string): string | undefined {
		const path = url.split('?', 1)[0] ?? '';
		const methods = [...(this.#plain.get(path) ?? [])];
		for (const entry of this.#patterns.values()) {
			if (entry.pattern.test(path)) methods.push(...entry.methods);
		}
		if (methods.length === 0) return undefined;
		if (methods.includes('GET')) methods.push('HEAD');
		return [...new Set(methods), 'OPTIONS'].toSorted().join(', ');
	}

	/** What any path takes, for a request that has none. */
	get all(): string {
		const methods = [...this.#patterns.values()].flatMap((entry) => [...entry.methods]);
		methods.push(...[...this.#plain.values()].flatMap((plain) => [...plain]));
		return [...new Set([...methods, 'HEAD', 'OPTIONS'])].toSorted().join(', ');
	}

	#add(method: string, path: string): void {
		if (!path.includes('{')) {
			this.#plain.set(path, (this.#plain.get(path) ?? new Set()).add(method));
			return;
		}
		const source = path
			.split(/\{[^}]+\}/)
			.map((part) => RegExp.escape(part))
			.join('[^/]+');
		const entry = this.#patterns.get(source) ?? {
			pattern: new RegExp(`^${source}$`),
			methods: new Set<string>(),
		};
		entry.methods.add(method);
		this.#patterns.set(source, entry);
	}
}
