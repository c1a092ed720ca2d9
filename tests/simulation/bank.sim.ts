import assert from 'node:assert/strict';
import { type Simulation, simulation } from '@flotilla/simulator';
import { Bank } from './bank/contracts.ts';

const TRANSFERS = 40;

/** Money moves between accounts: none is made, none is lost, and the auditor sees every transfer once. */
export const bank: Simulation = simulation(
	'transfers keep the total',
	import.meta.resolve('./bank/app.ts'),
	{ instances: 2, forMs: 15_000 },
	async (world) => {
		const names = ['ada', 'bob', 'cyd'];
		let moved = 0;
		let answered = 0;
		world.always('the total stays', 'bank', (rows) => {
			const [{ total } = {}] = rows`select sum(balance) as total from accounts`;
			if (total !== null) assert.equal(total, 300);
		});
		world.always('nobody owes', 'bank', (rows) => {
			assert.deepEqual(rows`select name from accounts where balance < 0`, []);
		});
		world.eventually('the auditor has seen every transfer once', () => {
			const [seen] = world.rows('audit')`
				select count(*) as count, coalesce(sum(amount), 0) as amount from seen`;
			assert.deepEqual({ ...seen }, { count: answered, amount: moved });
		});
		await world.times(4, async (number) => {
			const client = world.client(Bank);
			for (let count = 0; count < TRANSFERS / 4; count++) {
				await world.sleep(world.random.next() * 1_500);
				const from = names[(number + count) % 3] as string;
				const to = names[(number + count + 1) % 3] as string;
				const amount = 1 + Math.floor(world.random.next() * 60);
				const idempotencyKey = `${number}-${count}`;
				const transferred = await world.insist(() =>
					client.try.transfer({ from, to, amount }, { idempotencyKey }),
				);
				world.sometimes('somebody is too poor', !transferred.ok);
				if (!transferred.ok) continue;
				answered += 1;
				moved += amount;
			}
		});
	},
);
