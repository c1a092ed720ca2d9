import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { StatementSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type SimulateOptions, simulate, type World } from '@flotilla/simulator';
import { Bank } from './bank/contracts.ts';

const app = import.meta.resolve('./bank/app.ts');
const source = readFileSync(fileURLToPath(app), 'utf8');

async function transfers(world: World): Promise<void> {
	const bank = world.client(Bank);
	for (let count = 0; count < 3; count++) {
		const transfer = { from: 'ada', to: 'bob', amount: 7 };
		await bank.try.transfer(transfer, { idempotencyKey: `${count}` });
	}
}

const inFleet = { seed: 1, instances: 1, clients: 1, faults: 'none' } as const;
const inOneProcess = { ...inFleet, instances: 'one process' } as const;

async function hashOf(
	options: SimulateOptions,
	scenario = transfers,
	replaced?: readonly [from: string, to: string],
): Promise<string> {
	const { failures, traceHash } = await simulate(
		app,
		{
			...options,
			...(replaced !== undefined && {
				replacements: new Map([[app, source.replace(replaced[0], replaced[1])]]),
			}),
		},
		scenario,
	);
	assert.deepEqual(failures, []);
	return traceHash;
}

const plain = 'if (balance < amount) throw errors.tooPoor({ balance });';

/** Changes of the bank that nothing but one kind of content in the trace can tell. */
const changes: Readonly<Record<string, string>> = {
	'a random draw that nobody uses': `Math.random(); ${plain}`,
	'a statement': `
		await t.run\`update accounts set balance = balance + 0 where name = ${'$'}{'bob'}\`; ${plain}`,
	'a parameter of a statement': `
		await t.run\`update accounts set balance = balance + 0 where name = ${'$'}{'cyd'}\`; ${plain}`,
	'a line on the console': `console.log(balance); ${plain}`,
};

for (const [where, options] of Object.entries({ inFleet, inOneProcess })) {
	test(`the hash sees what a run draws, asks its database and writes, ${where}`, async () => {
		const hashes = new Set([await hashOf(options)]);
		for (const [change, code] of Object.entries(changes)) {
			const hash = await hashOf(options, transfers, [plain, code]);
			assert.ok(!hashes.has(hash), change);
			hashes.add(hash);
			assert.equal(await hashOf(options, transfers, [plain, code]), hash, `${change}, again`);
		}
		// The same length, the same time, one other byte in what is sent.
		const answers = ['return { id };', "return { id: id.replace(/.$/, 'x') };"] as const;
		assert.ok(!hashes.has(await hashOf(options, transfers, answers)), 'a byte of an answer');
	});
}

test('the hash sees what the scenario draws, and other times', async () => {
	const hashes = [
		await hashOf(inFleet),
		await hashOf(inFleet, async (world) => {
			world.random.next();
			await transfers(world);
		}),
		await hashOf(inFleet, async (world) => {
			await world.sleep(1);
			await transfers(world);
		}),
		await hashOf({ ...inFleet, seed: 2 }),
	];
	assert.equal(new Set(hashes).size, hashes.length);
});

/** Lets SQLite answer with balances that are higher than they are. */
function withBalances(more: number): Disposable {
	const { all } = StatementSync.prototype;
	StatementSync.prototype.all = function (...values) {
		const rows = Reflect.apply(all, this, values);
		for (const row of rows) if (typeof row.balance === 'number') row.balance += more;
		return rows;
	};
	return {
		[Symbol.dispose]: () => {
			StatementSync.prototype.all = all;
		},
	};
}

test('an SQL result alone changes the hash, when nobody passes it on', async () => {
	for (const options of [inFleet, inOneProcess]) {
		const hashes = new Set<string>();
		for (const more of [0, 1, 0]) {
			using _ = withBalances(more);
			hashes.add(await hashOf(options, transfers));
		}
		assert.equal(hashes.size, 2);
	}
});
