import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gateway } from '@flotilla/gateway';
import { app, contract, service, stream } from 'flotilla';
import { type LogRecord, nodeHost } from 'flotilla/adapter';
import { type Fleet, run, staticRegistry } from 'flotilla/run';
import { z } from 'zod';

export interface Observation {
	readonly metricTexts: readonly string[];
	readonly spans: readonly { readonly name: string; readonly kind: string }[];
	readonly records: readonly LogRecord[];
}

/** What must not turn up in a log line: of an input, a query string, a header. */
export const ORDER_ID = 'order-4711';
export const QUERY_SECRET = 'query-4712';
export const TOKEN = 'bearer-4713';

const Order = z.object({ id: z.string() });
const Orders = contract('orders', {
	version: 1,
	queries: {
		get: { input: Order, output: Order, http: 'GET /orders/{id}', auth: 'public' },
		watch: { input: Order, output: stream(Order) },
	},
	commands: {
		place: {
			input: Order,
			output: Order,
			errors: { taken: Order },
			http: 'POST /orders',
			auth: 'public',
		},
	},
	events: { placed: { data: Order, key: 'id' } },
});
const Payments = contract('payments', {
	version: 1,
	queries: { paid: { input: Order, output: z.object({ paid: z.boolean() }) } },
});

const orders = service(
	Orders,
	{ migrations: [{ name: '0001-orders', sql: 'create table orders (id text primary key)' }] },
	({ read, tx, live }) => ({
		queries: {
			get: ({ id }) => {
				if (id === 'bug') throw new Error('a bug, for the sake of its log line');
				return read((t) => t.one(Order)`select id from orders where id = ${id}`);
			},
			watch: ({ id }) => live(id, (t) => t.one(Order)`select id from orders where id = ${id}`),
		},
		commands: {
			place: (order, { errors }) =>
				tx(async (t) => {
					const { changes } = await t.run`
						insert into orders (id) values (${order.id}) on conflict do nothing`;
					if (changes === 0) throw errors.taken(order);
					t.emit.placed(order);
					return order;
				}),
		},
	}),
);

function paymentsService() {
	let deliveries = 0;
	return service(
		Payments,
		{
			needs: { orders: Orders },
			migrations: [{ name: '0001-paid', sql: 'create table paid (id text primary key)' }],
		},
		({ call, read }) => ({
			queries: {
				paid: async ({ id }) => {
					await call.orders.get({ id });
					const found = await read((t) => t.first(Order)`select id from paid where id = ${id}`);
					return { paid: found !== undefined };
				},
			},
			on: {
				orders: {
					placed: async ({ id }, { t }) => {
						// The first time it fails, so that a failed delivery is seen, too.
						if (deliveries++ === 0) throw new Error('not yet');
						await t.run`insert into paid (id) values (${id})`;
					},
				},
			},
		}),
	);
}

/** Runs a small app in two processes' worth of fleets, and gathers what they record. */
export async function observe(): Promise<Observation> {
	const folder = await mkdtemp(join(tmpdir(), 'flotilla-telemetry-'));
	const records: LogRecord[] = [];
	const host = {
		...nodeHost(),
		logs: { write: (record: LogRecord) => void records.push(record), flush: async () => {} },
	};
	const token = 'a secret of the reference';
	const shop = app('shop', [orders, paymentsService()]);
	const common = { host, logLevel: 'debug' } as const;
	const listen = { host: '127.0.0.1', port: 0 };
	const paymentsAddress: { instances: readonly { host: string; port: number }[] } = {
		instances: [],
	};
	try {
		await using first = await run(shop, {
			...common,
			dataDir: join(folder, 'first'),
			serve: ['orders'],
			fabric: {
				token,
				listen,
				registry: {
					instancesOf: (name) => (name.startsWith('payments') ? paymentsAddress.instances : []),
				},
			},
		});
		const ordersAddress = addressOf(first);
		await using second = await run(shop, {
			...common,
			dataDir: join(folder, 'second'),
			serve: ['payments'],
			fabric: { token, listen, registry: staticRegistry({ orders: [ordersAddress] }) },
		});
		paymentsAddress.instances = [addressOf(second)];
		await second.ready();
		await work(first, second);
		return {
			metricTexts: [first, second].map(({ telemetry }) => telemetry.metrics.prometheusText()),
			spans: [first, second].flatMap(({ telemetry }) => [...telemetry.spans.list()]),
			records,
		};
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function work(first: Fleet, second: Fleet): Promise<void> {
	// Without pages, which would have to be built before.
	const options = { port: 0, docs: false } as const;
	await using edge = await gateway(first, options);
	const headers = { authorization: `Bearer ${TOKEN}` };
	const place = (id: string) =>
		fetch(`${edge.url}/v1/orders`, {
			method: 'POST',
			headers: { ...headers, 'content-type': 'application/json' },
			body: JSON.stringify({ id }),
		});
	for (const id of [ORDER_ID, ORDER_ID]) await (await place(id)).text();
	for (const path of [
		`/v1/orders/${ORDER_ID}`,
		'/v1/orders/bug',
		`/nowhere?token=${QUERY_SECRET}`,
	]) {
		await (await fetch(edge.url + path, { headers })).text();
	}
	for await (const _order of first.client(Orders).watch({ id: ORDER_ID })) break;
	const { paid } = second.client(Payments);
	while (!(await paid({ id: ORDER_ID })).paid);
}

function addressOf({ address }: Fleet): { host: string; port: number } {
	if (address === undefined) throw new Error('the fleet does not listen');
	return { ...address };
}
