import { test } from 'node:test';
import { killTest } from './kill-test.ts';

// A fresh seed each time; a seed that failed is given again by FLOTILLA_SEED.
const seed = Number(process.env.FLOTILLA_SEED ?? Date.now() % 1_000_000);

test(`the shop keeps every promise when it is killed 20 times, seed ${seed}`, async (t) => {
	const kills = { anywhere: 8, 'inside COMMIT': 8, 'while starting': 4 };
	t.diagnostic(await killTest({ seed, orders: 2_000, connections: 32, kills }));
});
