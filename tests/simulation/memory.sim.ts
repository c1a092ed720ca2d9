import { type Simulation, simulation } from '@flotilla/simulator';
import { Bank } from './bank/contracts.ts';

/** A run as short as a run can be, of which there may be many. */
export const short: Simulation = simulation(
	'a few transfers',
	import.meta.resolve('./bank/app.ts'),
	{ instances: 1, clients: 1, forMs: 2_000 },
	async (world) => {
		const bank = world.client(Bank);
		for (let count = 0; count < 4; count++) {
			const transfer = { from: 'ada', to: 'bob', amount: 1 };
			const idempotencyKey = `${count}`;
			await world.insist(() => bank.try.transfer(transfer, { idempotencyKey }));
		}
	},
);
