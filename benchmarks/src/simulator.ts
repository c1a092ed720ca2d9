import type { Bench } from './harness/bench.ts';

/** How fast virtual time goes by when the whole shop is simulated. */
export const bench: Bench = {
	name: 'simulator',
	url: import.meta.url,
	about: [
		'The whole shop, unchanged, in a simulated world: users, products, orders and payments with three instances each, four database machines and two machines of clients. Customers place two orders a virtual second, and every one of them has come to its end when a run ends. A run is ten virtual minutes; starting its fleet counts. One thread does it all; `flotilla sim` runs as many threads as there are cores.',
		"- **no fault** is the budget's row: everything is traced and hashed, telemetry is on, and nothing fails.\n- **faults** switches on the swarm that `flotilla sim` uses: a random half of all faults in each run. Whoever waits out a partition does less in a virtual second, and whoever tries again does more.",
		'There is no peer in this language: FoundationDB reports about 10 times real time for its simulator, TigerBeetle up to 700 times. Both are compiled, and simulate a database, not the services of others. The other row of the budget, protocol cores under the replica runtime, comes with these.',
	],
	unit: 'virtual s/s',
	concurrencies: [1],
	plan: { rounds: 5 },
	latencyUnit: 'ms',
	subjects: [
		{
			id: 'quiet',
			subject: 'Flotilla simulator',
			variant: 'whole shop, 3 instances each, no fault',
			load: () => import('./simulator/quiet.ts'),
		},
		{
			id: 'hostile',
			subject: 'Flotilla simulator',
			variant: 'whole shop, 3 instances each, faults',
			load: () => import('./simulator/hostile.ts'),
		},
	],
	own: ['quiet'],
	ratios: [
		{
			name: 'simulator: whole shop, 3 instances each, 2 orders a virtual second, tracing on: virtual over real time',
			of: 'quiet',
			against: 1,
			concurrency: 1,
			atLeast: 300,
		},
		{
			name: 'simulator: the same, orders a real second',
			of: 'quiet',
			against: 0.5,
			concurrency: 1,
			atLeast: 600,
		},
		{
			name: 'simulator: the same with faults, virtual over real time',
			of: 'hostile',
			against: 1,
			concurrency: 1,
		},
	],
	packages: ['flotilla', '@flotilla/simulator', 'zod'],
};
