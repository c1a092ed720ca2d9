import assert from 'node:assert/strict';
import { type Simulation, simulation } from '@flotilla/simulator';
import { Purchases } from './charging/contracts.ts';

/** Whoever buys something pays for it once, whatever had to be tried again. */
export const charging: Simulation = simulation(
	'one charge for each order',
	import.meta.resolve('./charging/app.ts'),
	{ instances: 2 },
	async (world) => {
		world.eventually('there is one charge for each order', () => {
			const charged = world.rows('charges')`select order_id from charges order by order_id`;
			const ordered = world.rows('purchases')`select id from orders order by id`;
			assert.deepEqual(
				charged.map((row) => row.order_id),
				ordered.map((row) => row.id),
			);
		});
		await world.times(4, async (number) => {
			const client = world.client(Purchases);
			for (let count = 0; count < 6; count++) {
				await world.sleep(world.random.next() * 4_000);
				const order = `order-${number}-${count}`;
				await world.insist(() =>
					client.buy({ order, amountMinor: 500 }, { idempotencyKey: `buy ${order}` }),
				);
			}
		});
	},
);
