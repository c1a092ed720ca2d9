import type { EdgeSubjectOptions } from './edge/edge-subject.ts';
import { findNginx, nginxVersion } from './edge/nginx.ts';
import type { Bench, Ratio } from './harness/bench.ts';
import type { BenchSubject } from './harness/subject.ts';
import { compiledNestjs, compileNestjs } from './peers/compile-nestjs.ts';

const concurrencies = [1, 64];

interface Listed extends Omit<EdgeSubjectOptions, 'method'> {
	readonly id: string;
	readonly subject: string;
	readonly variant: string;
	readonly missing?: () => string | undefined;
}

const servers: readonly Listed[] = [
	{
		id: 'http',
		subject: 'node:http',
		variant: 'Zod both ways, nothing else',
		server: import.meta.resolve('./edge/node-http.ts'),
	},
	{
		id: 'fastify',
		subject: 'Fastify',
		variant: 'Zod both ways',
		server: import.meta.resolve('./edge/fastify.ts'),
	},
	{
		id: 'nginx',
		subject: 'Fastify',
		variant: 'Zod both ways, behind nginx with request ids',
		server: import.meta.resolve('./edge/fastify.ts'),
		behindNginx: true,
		namesRequests: true,
		missing: () =>
			findNginx() === undefined
				? 'nginx is not installed (as root: node scripts/engines.mjs --ensure nginx)'
				: undefined,
	},
	{
		id: 'flotilla',
		subject: 'Flotilla',
		variant: 'gateway: validation both ways, tracing, metrics, request ids',
		server: import.meta.resolve('./edge/flotilla.ts'),
		namesRequests: true,
	},
	{
		id: 'nestjs',
		subject: 'NestJS',
		variant: 'on Fastify: Zod both ways, request ids',
		server: compiledNestjs('nestjs-edge/server.js'),
		namesRequests: true,
	},
	{
		id: 'moleculer',
		subject: 'Moleculer',
		variant: 'moleculer-web: parameter validation, tracing, metrics, request ids',
		server: import.meta.resolve('./edge/moleculer-web.ts'),
		namesRequests: true,
	},
];

const methods = ['GET', 'POST'] as const;

function subjectOf(method: 'GET' | 'POST', listed: Listed): BenchSubject {
	const { id, subject, variant, missing, ...server } = listed;
	return {
		id: `${id} ${method}`,
		group: method,
		subject,
		variant: `${method}; ${variant}`,
		load: async () => {
			const { edgeSubject } = await import('./edge/edge-subject.ts');
			return { start: () => edgeSubject({ ...server, method }) };
		},
		...(missing !== undefined && { missing }),
	};
}

/** How many times its processor time for a request goes into theirs. */
function cheaper(id: string, words: string, atLeast?: number): Ratio[] {
	return methods.flatMap((method) =>
		concurrencies.map((concurrency) => ({
			name: `gateway to a co-located service, ${method}, ${concurrency === 1 ? '1 connection' : `${concurrency} connections`}: CPU per request of ${words} over ours`,
			of: `flotilla ${method}`,
			against: `${id} ${method}`,
			concurrency,
			figure: 'cpuUsPerOp' as const,
			...(atLeast !== undefined && { atLeast }),
		})),
	);
}

/** A request over HTTP to a service in the same process as its gateway. */
export const bench: Bench = {
	name: 'edge',
	url: import.meta.url,
	about: [
		'A request over HTTP/1.1 to a service that runs in the same process as its gateway: `GET /v1/quotes/{sku}?quantity&currency`, and `POST /v1/quotes` with a basket of three lines as JSON. The handler multiplies and adds, so what is measured is the way in and out.',
		[
			'- **Flotilla** does what it does when nothing is said: strict parsing (no key twice, no unknown field), validation of input and output, a copy between edge and service, a span for the request and one for the call, two histograms, a request id and a `traceparent` on every answer, time limits on slow clients. Its log level is `error`.',
			'- **node:http** and **Fastify** with the same Zod schemas, both ways, are the floors: no tracing, no metrics, no request ids.',
			"- **Fastify behind nginx** is the budget's row. nginx gives request ids, has a worker for each core and keeps its connections to Fastify alive; its access log is off. The CPU is that of nginx and Fastify together.",
			'- **NestJS** validates with its own pipe and serializer for standard schemas, with the same Zod schemas. It has neither tracing nor metrics of its own, so it does less.',
			'- **moleculer-web** validates parameters, not answers; tracing goes to a ring in memory and metrics have their defaults, as in the local call.',
		].join('\n'),
		'The client that makes the load shares the two cores with whoever serves. With 64 connections requests a second therefore say less than CPU per request, which is what the budget is about.',
	],
	unit: 'requests/s',
	concurrencies,
	plan: { rounds: 5, warmUpMs: 800 },
	subjects: methods.flatMap((method) => servers.map((listed) => subjectOf(method, listed))),
	own: methods.map((method) => `flotilla ${method}`),
	ratios: [
		...cheaper('nginx', 'nginx in front of Fastify', 1),
		...cheaper('fastify', 'Fastify alone'),
		...cheaper('nestjs', 'NestJS'),
		...cheaper('moleculer', 'moleculer-web'),
	],
	prepare: compileNestjs,
	packages: [
		'flotilla',
		'@flotilla/gateway',
		'fastify',
		'@nestjs/core',
		'@nestjs/platform-fastify',
		'moleculer',
		'moleculer-web',
		'zod',
	],
	otherVersions: async () => ({ nginx: nginxVersion() }),
};
