import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Report, runSeed, simulation } from '@flotilla/simulator';
import { Ledger } from './versions/old.ts';

const old = import.meta.resolve('./versions/old.ts');
const compatible = import.meta.resolve('./versions/compatible.ts');
const incompatible = import.meta.resolve('./versions/incompatible.ts');

/** Amounts are added while instances change to the new version, one by one. */
function upgradeTo(version: string) {
	const app = { old, new: version };
	const options = { instances: 2, forMs: 12_000, settleMs: 60_000 };
	return simulation('an upgrade', app, options, async (world) => {
		let total = 0;
		world.eventually('the books have every amount', () => {
			const [seen] = world.rows('books')`select coalesce(sum(amount), 0) as total from seen`;
			assert.equal(seen?.total, total);
		});
		const ledger = world.client(Ledger);
		for (let count = 0; count < 24; count++) {
			await world.sleep(500);
			const idempotencyKey = `${count}`;
			await world.insist(() => ledger.add({ amount: count }, { idempotencyKey }));
			total += count;
		}
		await world.healed();
	});
}

async function reports(version: string, faults: 'all' | 'none'): Promise<readonly Report[]> {
	const made: Report[] = [];
	for (let seed = 1; seed <= 4; seed++) {
		made.push(await runSeed(upgradeTo(version), { seed, faults, entries: 50_000 }));
	}
	return made;
}

test('a new version whose events say more than before is clean, whatever fails', async () => {
	for (const { failures, seed, entries } of await reports(compatible, 'all')) {
		assert.deepEqual(failures, [], `seed ${seed}`);
		const upgraded = entries.filter(({ kind }) => kind === 'upgrade').map(({ machine }) => machine);
		assert.deepEqual(upgraded.sort(), ['books-1', 'books-2', 'ledger-1', 'ledger-2']);
	}
});

test('a new version that renames what an event says is found, without any fault', async () => {
	// Where the emitters happen to change last, nobody ever meets an event of another version.
	const found = (await reports(incompatible, 'none')).filter((report) => {
		return report.failures.length > 0;
	});
	assert.ok(found.length >= 2, `${found.length} of 4 seeds found it`);
	for (const { failures, logs } of found) {
		assert.deepEqual(
			failures.map(({ kind, name }) => [kind, name]),
			[['eventually', 'the books have every amount']],
		);
		const words = JSON.stringify(logs.map(({ message, fields }) => [message, fields]));
		assert.match(words, /cents|amount/, 'the log says what is wrong');
	}
});

test('the old version alone is clean', async () => {
	for (const { failures } of await reports(old, 'all')) {
		assert.deepEqual(failures, []);
	}
});
