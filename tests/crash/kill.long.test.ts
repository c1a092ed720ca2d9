import { test } from 'node:test';
import { killTest } from './kill-test.ts';

// FLOTILLA_SEED draws another plan: a number, or `random`.
const given = process.env.FLOTILLA_SEED ?? '7';
const seed = given === 'random' ? Date.now() % 1_000_000 : Number(given);

test(`the shop keeps every promise when it is killed 20 times, seed ${seed}`, async (t) => {
	const kills = { anywhere: 8, 'inside COMMIT': 8, 'while starting': 4 };
	t.diagnostic(await killTest({ seed, orders: 2_000, connections: 32, kills }));
});
