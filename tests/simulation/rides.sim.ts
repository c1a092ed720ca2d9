import assert from 'node:assert/strict';
import { type Simulation, simulation } from '@flotilla/simulator';
import { Rides } from './rides/contracts.ts';

/** Riders ride, and every third ride earns one coupon, no more and no less. */
export const rides: Simulation = simulation(
	'every third ride earns a coupon',
	import.meta.resolve('./rides/app.ts'),
	{ instances: 2, forMs: 20_000 },
	async (world) => {
		const finished = new Map<string, number>();
		world.eventually('each rider has the coupons of all rides', () => {
			for (const [rider, count] of finished) {
				const coupons = world.rows('rewards')`select id from coupons where rider = ${rider}`;
				assert.equal(coupons.length, Math.floor(count / 3), `${rider} after ${count} rides`);
			}
		});
		await world.times(4, async (number) => {
			const client = world.client(Rides);
			const rider = `rider-${number}`;
			for (let count = 1; count <= 9; count++) {
				await world.sleep(world.random.next() * 3_000);
				const id = `${rider}-${count}`;
				await world.insist(() => client.finish({ id, rider }, { idempotencyKey: id }));
				finished.set(rider, count);
			}
		});
	},
);
