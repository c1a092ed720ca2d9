import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from '@flotilla/simulator';
import { Bank } from './bank/contracts.ts';

/** As many transactions as one process has under way at once; all others wait. */
const CONNECTIONS = 10;
const CALLS = 40;

const app = import.meta.resolve('./bank/app.ts');
const options = { seed: 1, instances: 1, clients: 1, faults: 'none', entries: 10_000 } as const;

test('a database that is behind does nothing for calls that were given up meanwhile', async () => {
	const { failures, entries } = await simulate(app, options, async (world) => {
		const bank = world.client(Bank);
		await bank.total();
		world.faults.pause('db-bank', 5_000);
		await world.times(CALLS, async (index) => {
			const transfer = { from: 'ada', to: 'bob', amount: 1 };
			const caller = { idempotencyKey: `${index}`, timeoutMs: 1_000 };
			await assert.rejects(bank.transfer(transfer, caller), { code: 'FLOTILLA_DEADLINE_EXCEEDED' });
		});
		await world.sleep(10_000);
		assert.deepEqual(await bank.total(), { total: 300 });
	});
	assert.deepEqual(failures, []);
	const asked = entries.filter(({ kind, text }) => kind === 'sql' && /where scope = \?/.test(text));
	assert.ok(asked.length > 0 && asked.length <= CONNECTIONS, `${asked.length} were looked up`);
	const wrote = entries.filter(({ kind, text }) => kind === 'sql' && /^update accounts/.test(text));
	assert.deepEqual(wrote, []);
});
