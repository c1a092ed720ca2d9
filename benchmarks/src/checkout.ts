import type { ShopKind } from './checkout/shop-kind.ts';
import type { Bench, Ratio } from './harness/bench.ts';
import type { BenchSubject } from './harness/subject.ts';
import { compileNestjs } from './peers/compile-nestjs.ts';

/** How often each shop is started to know how long that takes. */
const STARTS = 3;

type Kinds = typeof import('./checkout/shop-kinds.ts');

interface Listed {
	readonly id: keyof Kinds;
	readonly subject: string;
	readonly variant: string;
	readonly missing?: () => string | undefined;
}

const listed: readonly Listed[] = [
	{ id: 'flotillaOneProcess', subject: 'Flotilla', variant: 'one process, SQLite' },
	{ id: 'flotillaProcesses', subject: 'Flotilla', variant: 'a process each, SQLite' },
	{
		id: 'flotillaPostgres',
		subject: 'Flotilla',
		variant: 'a process each, PostgreSQL',
		missing: () =>
			process.env.FLOTILLA_POSTGRES_URL === undefined
				? 'there is no PostgreSQL (as root: node scripts/engines.mjs --ensure postgres)'
				: undefined,
	},
	{ id: 'nestjsOneProcess', subject: 'NestJS', variant: 'one process, TCP, SQLite' },
	{ id: 'nestjsProcesses', subject: 'NestJS', variant: 'a process each, TCP, SQLite' },
	{ id: 'moleculerOneNode', subject: 'Moleculer', variant: 'one node, SQLite' },
	{ id: 'moleculerNodes', subject: 'Moleculer', variant: 'a node each, TCP, SQLite' },
];

function subjectOf({ id, subject, variant, missing }: Listed): BenchSubject {
	return {
		id,
		subject,
		variant,
		load: async () => {
			const { checkoutSubject } = await import('./checkout/checkout-subject.ts');
			const kinds = await import('./checkout/shop-kinds.ts');
			const kind: ShopKind = kinds[id];
			return { start: () => checkoutSubject(kind, STARTS) };
		},
		...(missing !== undefined && { missing }),
	};
}

const concurrencies = [1, 16];

const against = (words: string, of: keyof Kinds, id: keyof Kinds): Ratio[] =>
	concurrencies.map((concurrency) => ({
		name: `orders a second, ${words}, ${concurrency === 1 ? '1 customer' : `${concurrency} customers`}`,
		of,
		against: id,
		concurrency,
	}));

/** The checkout of the shop as a whole, beside the same shop built with the peers. */
export const bench: Bench = {
	name: 'checkout',
	url: import.meta.url,
	about: ['The checkout of the shop as a whole.'],
	unit: 'orders/s',
	concurrencies,
	plan: { rounds: 5, roundMs: 1_000 },
	latencyUnit: 'ms',
	subjects: listed.map(subjectOf),
	own: 'flotillaOneProcess',
	ratios: [
		...against(
			'one process, against NestJS in one process',
			'flotillaOneProcess',
			'nestjsOneProcess',
		),
		...against(
			'one process, against Moleculer in one node',
			'flotillaOneProcess',
			'moleculerOneNode',
		),
		...against(
			'a process each, against NestJS in a process each',
			'flotillaProcesses',
			'nestjsProcesses',
		),
		...against(
			'a process each, against Moleculer in a node each',
			'flotillaProcesses',
			'moleculerNodes',
		),
	],
	engines: ['postgres'],
	prepare: compileNestjs,
	packages: [
		'flotilla',
		'@flotilla/gateway',
		'@nestjs/core',
		'@nestjs/microservices',
		'@nestjs/platform-fastify',
		'moleculer',
		'moleculer-web',
		'jose',
		'zod',
	],
};
