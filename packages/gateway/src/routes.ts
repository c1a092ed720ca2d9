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
	readonly #patterns = new Map<
		string,
		{ readonly pattern: RegExp; readonly methods: Set<string> }
	>();

	/** @param pages Further paths, which take GET. */
	constructor(routes: readonly Route[], pages: readonly string[]) {
		for (const path of pages) this.#add('GET', path);
		for (const { http } of routes) this.#add(http.method, http.path);
	}

	/** For an `Allow` header; `undefined` when there is no such path. */
	of(url: string): string | undefined {
		const path = url.split('?', 1)[0] ?? '';
		const methods = [...this.#patterns.values()]
			.filter(({ pattern }) => pattern.test(path))
			.flatMap((entry) => [...entry.methods]);
		if (methods.length === 0) return undefined;
		if (methods.includes('GET')) methods.push('HEAD');
		return [...new Set(methods), 'OPTIONS'].toSorted().join(', ');
	}

	/** What any path takes, for a request that has none. */
	get all(): string {
		const methods = [...this.#patterns.values()].flatMap((entry) => [...entry.methods]);
		return [...new Set([...methods, 'HEAD', 'OPTIONS'])].toSorted().join(', ');
	}

	#add(method: string, path: string): void {
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
