import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Trace } from './trace.ts';

type Record = Parameters<Trace['record']>;

function hashOf(...records: readonly Record[]): string {
	const trace = new Trace({ entries: 0 });
	for (const record of records) trace.record(...record);
	return trace.hash;
}

test('the hash sees time, machine, kind, content and order', () => {
	const first: Record = [1, 'a', 'timer', 'x'];
	const hashes = [
		hashOf(first),
		hashOf([1.001, 'a', 'timer', 'x']),
		hashOf([1, 'b', 'timer', 'x']),
		hashOf([1, 'a', 'message', 'x']),
		hashOf([1, 'a', 'timer', 'y']),
		hashOf([1, 'a', 'timer', new Uint8Array([120])]),
		hashOf([1, 'a', 'timer', new Uint8Array([120, 0])]),
		hashOf([1, 'a', 'timer', 120]),
		hashOf(first, [2, 'a', 'timer', 'y']),
		hashOf([2, 'a', 'timer', 'y'], first),
	];
	assert.equal(new Set(hashes).size, hashes.length);
	assert.equal(hashOf(first), hashOf(first));
	assert.match(hashOf(first), /^[0-9a-f]{16}$/);
});

test('keeps the last entries in words, and those only when asked to', () => {
	const kept = new Trace({ entries: 3 });
	const bare = new Trace({ entries: 0 });
	for (let index = 0; index < 10; index++) {
		kept.record(index, 'a', 'timer', index, () => `number ${index}`);
		bare.record(index, 'a', 'timer', index, () => assert.fail('words cost time'));
	}
	assert.deepEqual(
		kept.entries.map(({ text }) => text),
		['number 7', 'number 8', 'number 9'],
	);
	assert.equal(kept.hash, bare.hash, 'words do not change the hash');
});

test('checkpoints tell where two traces part', () => {
	const trace = (odd: number): readonly string[] => {
		const made = new Trace({ entries: 0 });
		for (let index = 0; index < 5_000; index++)
			made.record(index, 'a', 't', index === odd ? -1 : index);
		return made.checkpoints;
	};
	const [left, right] = [trace(-1), trace(2_500)];
	assert.deepEqual(left.slice(0, 2), right.slice(0, 2));
	assert.notEqual(left[2], right[2]);
});
