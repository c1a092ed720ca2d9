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
	about: [
		"The shop's checkout as a whole, from outside: a customer with a token orders two goods under an idempotency key of their own and waits for the answer, which must be the confirmed order. On the way: the gateway checks the token, orders asks products for prices and records the order, products reserves the stock, payments books twice, orders confirms. Four services, four databases, four commits, three events. Beside `examples/shop` stand the same shop in NestJS and in Moleculer (`benchmarks/src/peers`), with the same routes and rules, built as a team that knows them would.",
		'After each round the cash of the ledger must be that of exactly the orders that were answered. In the end the reserved pieces must be those of these orders; a repeated key must give the same order and charge nothing; another order under a used key, an order without a token and an order of nothing must be refused; one that is too dear must be declined and one that cannot be had rejected; and a cancelled one must be paid back and released.',
		[
			'- **All** databases are on the disk before anybody is answered: SQLite with WAL and `synchronous=FULL`, PostgreSQL with `fsync`. Customers have signed in before; there are 16. The goods are 50, in turn.',
			'- **Flotilla** is `examples/shop` as it is, once as `npm start` runs it and once with a process for each service and one for the gateway. State, event, idempotency key and answer are one commit; an event takes effect once in each subscriber, in order for each order, whenever which process is killed. Transactions of one service share their commits when they come together. Tracing and metrics are on. A token that was verified is trusted for a minute. Its PostgreSQL row counts the processes, the processor time and the memory of the server as well; shared buffers count in each of its processes.',
			"- **NestJS** uses its TCP transport, between the services also where all are in one process: it has no other way within one. It validates inputs in the gateway and in each service and answers in the gateway, with its pipe and serializer for standard schemas. It leaves Nagle's algorithm on, so that messages wait 40 ms for each other; its shop here turns it off.",
			'- **Moleculer** validates parameters, of events too, and no answers. In one node nothing leaves the process. Nodes find each other by its gossip, once a second at best, which is most of their start; its discovery by UDP leaves the loopback device and is off. Its tracing and metrics are off.',
			"- **What the peers' shops do not promise.** They send an event once, after the commit and without an acknowledgement. If a process ends between the two, or while the receiver is away, the event is lost: the order stays pending for ever, or pieces stay reserved, and nobody notices. Neither of them has an outbox; a team would have to add one, a relay, and a memory of what was seen, and would then pay for them too. Keys and orders do share a transaction; the answer to a repetition is the present order. They verify each token anew. They have no OpenAPI document, no metrics, no health checks, no event stream of an order (`GET /v1/orders/{id}/events`), no limits beyond their validation, and no configuration but the environment: Flotilla's lines of code include what it has of these.",
			'- **Lines of code** are neither blank nor comment, of the shop without tests, simulations and the goods of the catalogue; the same rule and the same formatter for all. The peers share their business code (`peers/peer-shop`), which counts in both.',
			'- **Cold start** is the time from the start of the processes, on an empty folder, until users, products and payments have answered through the gateway; the median of three. Flotilla and Moleculer strip the types of their sources meanwhile, NestJS has been compiled before.',
		].join('\n'),
		'With one customer nothing comes together that could share a commit, so every step waits for its own; with 16 some do. The customers share the two cores with the shop.',
	],
	unit: 'orders/s',
	concurrencies,
	plan: { rounds: 5, roundMs: 1_000 },
	latencyUnit: 'ms',
	subjects: listed.map(subjectOf),
	own: ['flotillaOneProcess'],
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
	otherVersions: async () => {
		const url = process.env.FLOTILLA_POSTGRES_URL;
		if (url === undefined) return {};
		const { postgresVersion } = await import('./checkout/postgres-server.ts');
		return { postgresql: await postgresVersion(url) };
	},
};
