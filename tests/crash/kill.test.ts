import { test } from 'node:test';
import { killTest } from './kill-test.ts';

test('the shop keeps every promise when it is killed while customers order', async (t) => {
	const kills = { anywhere: 1, 'inside COMMIT': 1, 'while starting': 1 };
	t.diagnostic(await killTest({ seed: 1, orders: 200, connections: 32, kills }));
});
