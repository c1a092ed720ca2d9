import type { Contract } from 'flotilla';
import type { Settings } from '../project/settings.ts';

/** What can be reached at an edge. */
export interface EdgeAddresses {
	readonly url: string;
	/** `/v1`, for each major version of an operation that is reached over HTTP. */
	readonly apiPaths: readonly string[];
	readonly hasMetrics: boolean;
	/** Whether there is a page for people. */
	readonly hasDocs: boolean;
}

/** The addresses of an app, as its settings have them. */
export function edgeAddresses(
	url: string,
	contracts: readonly Contract[],
	{ docs, metrics }: Settings,
): EdgeAddresses {
	return {
		url,
		apiPaths: apiPaths(contracts),
		hasMetrics: metrics !== false,
		hasDocs: docs !== false,
	};
}

function apiPaths(contracts: readonly Contract[]): readonly string[] {
	const versions = contracts.flatMap(({ operations, version }) =>
		[...operations.values()].some(({ http }) => http !== undefined) ? [version] : [],
	);
	return [...new Set(versions)].toSorted((a, b) => a - b).map((version) => `/v${version}`);
}

/** The addresses of an edge for a person, one a line. */
export function addressLines({ url, apiPaths, hasMetrics, hasDocs }: EdgeAddresses): string {
	return [
		...apiPaths.map((path) => `  API      ${url}${path}`),
		...(hasDocs ? [`  Docs     ${url}/docs`] : []),
		`  OpenAPI  ${url}/openapi.json`,
		`  Health   ${url}/health/ready`,
		...(hasMetrics ? [`  Metrics  ${url}/metrics`] : []),
	].join('\n');
}
