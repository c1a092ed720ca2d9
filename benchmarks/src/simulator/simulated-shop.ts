import { type Report, type SimulateOptions, simulate, type World } from '@flotilla/simulator';
import { Orders } from '@shop/contracts';
import type { Subject } from '../harness/subject.ts';

/** Long enough that starting the fleet is a small part of it. */
const VIRTUAL_SECONDS = 600;
/** After the last long outage there may be much to catch up with. */
const SETTLE_MS = 1_200_000;
const ORDERS_A_SECOND = 2;
const CUSTOMERS = 4;
const SKUS = ['COF-001', 'COF-004', 'TEA-011', 'GAM-011', 'AUD-011'];

const appUrl = import.meta.resolve('./shop-app.ts');

/** What a run showed, and how many orders were acknowledged in it. */
export interface Ran {
	readonly report: Report;
	readonly placed: number;
}

/** Each operation is a virtual second of the whole shop, with two orders in it. */
export function simulatedShop(options: Pick<SimulateOptions, 'faults'>): Subject<Ran> {
	let virtualSeconds = 0;
	const run = async (seed: number): Promise<Ran> => {
		let placed = 0;
		const report = await simulate(
			appUrl,
			{ seed, instances: 3, forMs: VIRTUAL_SECONDS * 1_000, settleMs: SETTLE_MS, ...options },
			(world) => orderAllTheTime(world, () => placed++),
		);
		return { report, placed };
	};
	return {
		operationsAtOnce: VIRTUAL_SECONDS,
		operate: async (n) => {
			const ran = await run(n + 1);
			virtualSeconds += ran.placed / ORDERS_A_SECOND;
			return ran;
		},
		isRight: (n, { report, placed }) =>
			report.seed === n + 1 &&
			report.failures.length === 0 &&
			report.virtualMs >= VIRTUAL_SECONDS * 1_000 &&
			placed === VIRTUAL_SECONDS * ORDERS_A_SECOND,
		handlerRuns: () => virtualSeconds,
		prove: async () => {
			const [one, again, other] = [await run(7), await run(7), await run(8)];
			if (one.report.traceHash !== again.report.traceHash) throw new Error('a seed had two traces');
			if (one.report.traceHash === other.report.traceHash)
				throw new Error('two seeds had one trace');
			const isQuiet = one.report.faults.length + other.report.faults.length === 0;
			if (isQuiet !== (options.faults === 'none'))
				throw new Error('the faults were not those asked for');
		},
	};
}

/** All orders come to their end, and so does every event: nothing is left over for nobody's account. */
async function orderAllTheTime(world: World, placed: () => void): Promise<void> {
	for (const service of ['orders', 'products', 'payments']) {
		world.eventually(`every event of ${service} has arrived`, () => {
			return world.rows(service)`select id from flotilla_outbox`.length === 0;
		});
	}
	await world.times(CUSTOMERS, async (customer) => {
		const principal = { subject: `customer-${customer}`, issuer: 'bench', scopes: ['user'] };
		const orders = world.client(Orders, { principal });
		const underWay: Promise<void>[] = [];
		const count = (VIRTUAL_SECONDS * ORDERS_A_SECOND) / CUSTOMERS;
		for (let index = 0; index < count; index++) {
			await world.sleep((CUSTOMERS / ORDERS_A_SECOND) * 1_000);
			const lines = [{ sku: SKUS[(customer + index) % SKUS.length] ?? '', quantity: 1 }];
			const idempotencyKey = `${customer}-${index}`;
			underWay.push(world.insist(() => orders.place({ lines }, { idempotencyKey })).then(placed));
		}
		await Promise.all(underWay);
	});
}
