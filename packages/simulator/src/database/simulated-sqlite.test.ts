import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Chance } from '../kernel/chance.ts';
import { SimulatedSqlite } from './simulated-sqlite.ts';

function storage(seed = 1) {
	let nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
	const random = new Chance(seed).stream('sqlite');
	const sqlite = new SimulatedSqlite({ wallMs: () => nowMs++, uint32: () => random.uint32() });
	const writer = (synchronous: 'full' | 'normal') => {
		const connection = sqlite.connect();
		connection.exec(`pragma synchronous = ${synchronous}`);
		return connection;
	};
	const numbers = () => sqlite.rows('select n from t order by n').map(({ n }) => Number(n));
	return { sqlite, writer, numbers, random };
}

const create = 'create table t (n integer primary key, r text default (hex(randomblob(4))))';

test('a crash keeps every commit and rolls back what is open', () => {
	for (const synchronous of ['full', 'normal'] as const) {
		const { sqlite, writer, numbers } = storage();
		const connection = writer(synchronous);
		connection.exec(create);
		connection.exec('insert into t (n) values (1)');
		connection.exec('begin; insert into t (n) values (2)');
		assert.deepEqual(numbers(), [1], 'an observer sees what is committed');
		sqlite.disconnect();
		assert.deepEqual(numbers(), [1]);
		assert.throws(() => connection.exec('select 1'), /closed/);
		sqlite.close();
	}
});

test('a power loss keeps what was synced, and of later commits only the first ones', () => {
	fc.assert(
		fc.property(fc.nat(), fc.nat({ max: 8 }), fc.nat({ max: 8 }), (seed, synced, unsynced) => {
			const { sqlite, writer, numbers, random } = storage(seed);
			const connection = writer('full');
			connection.exec(create);
			for (let n = 1; n <= synced; n++) connection.exec(`insert into t (n) values (${n})`);
			connection.exec('pragma synchronous = normal');
			for (let n = 1; n <= unsynced; n++) {
				connection.exec(`begin; insert into t (n) values (${synced + n}); commit`);
			}
			connection.exec('begin');
			connection.prepare('insert into t (n) values (?)').run([999n]);
			const before = sqlite.rows('select * from t order by n').map((row) => ({ ...row }));
			const lost = sqlite.losePower(random);
			assert.ok(lost <= unsynced);
			const kept = numbers();
			const expected = Array.from({ length: synced + unsynced - lost }, (_, index) => index + 1);
			assert.deepEqual(kept, expected);
			// What comes back is what was there, with the chance that was drawn then.
			const after = sqlite.rows('select * from t order by n').map((row) => ({ ...row }));
			assert.deepEqual(after, before.slice(0, after.length));
			writer('full').exec('insert into t (n) values (5000)');
			assert.equal(sqlite.losePower(random), 0);
			assert.equal(numbers().at(-1), 5_000);
			sqlite.close();
		}),
		{ numRuns: 60 },
	);
});

test('over many power losses everything unsynced is lost at times, and nothing at others', () => {
	const losses = new Set<number>();
	for (let seed = 0; seed < 40; seed++) {
		const { sqlite, writer, random } = storage(seed);
		const connection = writer('normal');
		connection.exec(create);
		for (let n = 1; n <= 3; n++) connection.exec(`insert into t (n) values (${n})`);
		losses.add(sqlite.losePower(random));
		sqlite.close();
	}
	assert.deepEqual([...losses].sort(), [0, 1, 2, 3, 4]);
});

test('a synced commit makes those before it durable', () => {
	const { sqlite, writer, numbers, random } = storage();
	const connection = writer('normal');
	connection.exec(create);
	connection.exec('insert into t (n) values (1)');
	connection.exec('pragma synchronous = full');
	connection.exec('insert into t (n) values (2)');
	assert.equal(sqlite.losePower(random), 0);
	assert.deepEqual(numbers(), [1, 2]);
	sqlite.close();
});

test('listeners hear of every commit that wrote, when an observer can see it, and of no reading', () => {
	const { sqlite, writer, numbers } = storage();
	const seen: number[] = [];
	const connection = writer('full');
	connection.exec(create);
	sqlite.onCommit(() => seen.push(numbers().length));
	connection.exec('begin; insert into t (n) values (1); insert into t (n) values (2); commit');
	connection.exec('begin');
	connection.prepare('insert into t (n) values (?)').run([3n]);
	assert.deepEqual(seen, [2]);
	connection.exec('commit');
	connection.prepare('select * from t').all([]);
	assert.throws(() => connection.prepare('insert into t (n) values (?)').run([1n]));
	assert.deepEqual(seen, [2, 3]);
	sqlite.close();
});
