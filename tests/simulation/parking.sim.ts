import assert from 'node:assert/strict';
import { type Simulation, simulation } from '@flotilla/simulator';
import { Parking } from './parking/contracts.ts';

/** Drivers hold a spot, think about it, and take it: whoever was told so has it. */
export const parking: Simulation = simulation(
	'nobody loses the spot that is his',
	import.meta.resolve('./parking/app.ts'),
	{ instances: 3, forMs: 60_000 },
	async (world) => {
		const takers = new Map<string, string>();
		world.always('whoever was told so has the spot', 'parking', (rows) => {
			for (const [spot, by] of takers) {
				const [row] = rows`select taken_by from spots where spot = ${spot}`;
				assert.equal(row?.taken_by, by, spot);
			}
		});
		await world.times(6, async (number) => {
			const client = world.client(Parking);
			const by = `driver-${number}`;
			for (let tries = 0; world.nowMs() < 60_000; tries++) {
				await world.sleep(world.random.next() * 400);
				// All want the same spot, until it is taken.
				const spot = `spot-${takers.size}`;
				const key = `${by}-${tries}`;
				const held = await world.insist(() =>
					client.try.hold({ spot, by }, { idempotencyKey: `hold-${key}` }),
				);
				world.sometimes('somebody else holds the spot', !held.ok);
				if (!held.ok) continue;
				// A spot is held for ten seconds: mistakes are at their end, and somebody else must come just then.
				await world.sleep(9_900 + world.random.next() * 150);
				const confirmed = await world.insist(() =>
					client.try.confirm({ spot, by }, { idempotencyKey: `confirm-${key}` }),
				);
				world.sometimes('somebody thinks too long', !confirmed.ok);
				if (confirmed.ok) takers.set(spot, by);
			}
		});
	},
);
