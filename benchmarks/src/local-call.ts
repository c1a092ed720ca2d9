import type { Bench, Ratio } from './harness/bench.ts';

const concurrencies = [1, 64];

const callers = (concurrency: number): string =>
	concurrency === 1 ? '1 caller' : `${concurrency} callers`;

const against = (id: string, words: string, atLeast?: number): Ratio[] =>
	concurrencies.map((concurrency) => ({
		name: `local call, all policies on, against ${words}, ${callers(concurrency)}`,
		of: 'flotilla',
		against: id,
		concurrency,
		...(atLeast === undefined ? {} : { atLeast }),
	}));

/** A call to a service in the same process: what the platform itself costs. */
export const bench: Bench = {
	name: 'local-call',
	url: import.meta.url,
	about: [
		'Two numbers are sent to a service in the same process, which answers with their sum. Nothing leaves the process, so what is measured is what the platform itself costs.',
		'- **Flotilla** always runs with validation of input and output (Zod), a deadline of 10 s, a span, a duration histogram and an isolated context for each call. Its resilience policies (retry, breaker, bulkhead) do not exist yet, so "all policies on" in the names of the ratios is the budget\'s wording and not yet the truth: these ratios will fall when they do.\n- **Moleculer, everything on** has the policies that Flotilla still lacks. It validates parameters but has no validation of results, so it does less in that respect. Its request timeout is 10 s, its retry policy, breaker and metrics have their defaults, and its bulkhead lets 10,000 calls in: with the default of 10 it would queue 54 of 64 callers. Spans go to a ring of 8,192 in memory, as they do in Flotilla, because the exporters that come with it either print or keep seconds of spans.\n- **Moleculer, default** does none of that: the fastest that Moleculer gets, for less work.\n- The **plain functions** are the floor, without any platform.',
		'Effect RPC, tRPC and oRPC, which can also call within a process, are not in this run.',
	],
	unit: 'calls/s',
	concurrencies,
	subjects: [
		{
			id: 'plain',
			subject: 'plain async function',
			variant: 'nothing else',
			load: () => import('./local-call/plain-function.ts'),
		},
		{
			id: 'plain-zod',
			subject: 'plain async function',
			variant: 'Zod validation both ways',
			load: () => import('./local-call/plain-function-zod.ts'),
		},
		{
			id: 'flotilla',
			subject: 'Flotilla',
			variant: 'validation both ways, deadline, tracing, metrics; no resilience policies yet',
			load: () => import('./local-call/flotilla.ts'),
		},
		{
			id: 'moleculer-default',
			subject: 'Moleculer',
			variant: 'default, logger off',
			load: () => import('./local-call/moleculer-default.ts'),
		},
		{
			id: 'moleculer-everything',
			subject: 'Moleculer',
			variant: 'parameter validation, timeout, retry, breaker, bulkhead, tracing, metrics',
			load: () => import('./local-call/moleculer-everything.ts'),
		},
	],
	own: ['flotilla'],
	ratios: [
		...against('moleculer-everything', 'Moleculer with all of them on', 10),
		...against('moleculer-default', 'Moleculer default'),
	],
	packages: ['flotilla', 'moleculer', 'zod'],
};
