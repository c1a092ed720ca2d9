import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '../history/operation.ts';
import { casRegister } from './cas-register.ts';
import { etcd } from './etcd.ts';
import { fencedLock } from './fenced-lock.ts';
import { fifoQueue } from './fifo-queue.ts';
import { keyValue } from './key-value.ts';
import { type Model, refused } from './model.ts';
import { mutex } from './mutex.ts';
import { register } from './register.ts';

/** Runs calls with their answers and writes down operations and states. */
function transcript<State, Input, Output>(
	model: Model<State, Input, Output>,
	calls: readonly (readonly [Input, Output | undefined])[],
): string[] {
	let state = model.init;
	return calls.map(([input, output]) => {
		const outcome: Outcome = output === undefined ? 'unknown' : 'ok';
		const call = { process: 0, input, calledAt: 0, returnedAt: 1, outcome };
		const shown = model.describe(output === undefined ? call : { ...call, output });
		const after = model.step(state, input, output);
		if (after === refused) return `${shown}: refused`;
		state = after;
		return `${shown}: ${model.describeState(state)}`;
	});
}

test('a register and one with compare-and-set', () => {
	assert.deepEqual(
		transcript(register(), [
			[{ kind: 'read' }, null],
			[{ kind: 'write', value: 'a' }, null],
			[{ kind: 'read' }, 'b'],
			[{ kind: 'write', value: 2 }, undefined],
		]),
		['read → nil: nil', 'write "a": "a"', 'read → "b": refused', 'write 2 → ?: 2'],
	);
	assert.deepEqual(
		transcript(casRegister(1), [
			[{ kind: 'cas', expected: 1, value: 2 }, true],
			[{ kind: 'cas', expected: 1, value: 3 }, false],
			[{ kind: 'cas', expected: 2, value: 3 }, false],
			[{ kind: 'cas', expected: 1, value: 3 }, undefined],
		]),
		[
			'cas 1 to 2 → done: 2',
			'cas 1 to 3 → refused: 2',
			'cas 2 to 3 → refused: refused',
			'cas 1 to 3 → ?: 2',
		],
	);
});

test('keys with values', () => {
	assert.deepEqual(
		transcript(keyValue(), [
			[{ kind: 'append', key: 'x', value: 'a' }, null],
			[{ kind: 'get', key: 'x' }, 'a'],
			[{ kind: 'cas', key: 'x', expected: 'a', value: true }, true],
			[{ kind: 'delete', key: 'x' }, true],
			[{ kind: 'delete', key: 'x' }, true],
			[{ kind: 'delete', key: 'x' }, null],
			[{ kind: 'put', key: 'x', value: 'b'.repeat(100) }, null],
		]),
		[
			'append x "a": "a"',
			'get x → "a": "a"',
			'cas x "a" to true → done: true',
			'delete x → done: nil',
			'delete x → done: refused',
			'delete x: nil',
			`put x "${'b'.repeat(16)}…${'b'.repeat(40)}": "${'b'.repeat(16)}…${'b'.repeat(40)}"`,
		],
	);
});

test('locks', () => {
	assert.deepEqual(
		transcript(mutex(), [
			[{ kind: 'acquire', client: 'a' }, true],
			[{ kind: 'acquire', client: 'b' }, false],
			[{ kind: 'release', client: 'b' }, true],
			[{ kind: 'release', client: 'a' }, undefined],
		]),
		[
			'acquire by a: held by a',
			'acquire by b → refused: held by a',
			'release by b: refused',
			'release by a → ?: free',
		],
	);
	assert.deepEqual(
		transcript(fencedLock({ expires: true }), [
			[{ kind: 'acquire' }, 3],
			[{ kind: 'acquire' }, null],
			[{ kind: 'acquire' }, undefined],
			[{ kind: 'write', token: 3 }, true],
			[{ kind: 'acquire' }, 4],
			[{ kind: 'release', token: 6 }, true],
			[{ kind: 'release', token: 4 }, false],
		]),
		[
			'acquire → token 3: held under token 3, highest token granted 3, seen 0',
			'acquire → held: held under token 3, highest token granted 3, seen 0',
			'acquire → ?: held under token ?, highest token granted 4, seen 0',
			'write under token 3 → done: held under token ?, highest token granted 4, seen 3',
			'acquire → token 4: refused',
			'release under token 6 → done: free, highest token granted 6, seen 3',
			'release under token 4 → refused: free, highest token granted 6, seen 3',
		],
	);
});

test('a queue', () => {
	assert.deepEqual(
		transcript(fifoQueue(), [
			[{ kind: 'enqueue', value: 1 }, null],
			[{ kind: 'enqueue', value: 2 }, null],
			[{ kind: 'dequeue' }, 2],
			[{ kind: 'dequeue' }, 1],
			[{ kind: 'dequeue' }, undefined],
			[{ kind: 'dequeue' }, null],
		]),
		[
			'enqueue 1: [1]',
			'enqueue 2: [1, 2]',
			'dequeue → 2: refused',
			'dequeue → 1: [2]',
			'dequeue → ?: []',
			'dequeue → empty: []',
		],
	);
});

test('etcd', () => {
	const put = { kind: 'put', key: 'x', value: 1 } as const;
	const get = { kind: 'get', key: 'x' } as const;
	assert.deepEqual(
		transcript(etcd(), [
			[put, { revision: 2 }],
			[get, { revision: 2, found: { value: 1, modRevision: 2, createRevision: 2, version: 1 } }],
			[get, { found: { value: 1, version: 2 } }],
			[put, {}],
			[
				{ kind: 'txn', compare: [{ key: 'x', modRevision: 3 }], success: [put, get] },
				{ succeeded: true, responses: [{}, { found: { value: 1, version: 3 } }], revision: 4 },
			],
			[
				{ kind: 'txn', compare: [{ key: 'x', modRevision: 3 }], success: [put], failure: [get] },
				{ succeeded: false, responses: [{ found: null }] },
			],
			[
				{ kind: 'delete', key: 'x' },
				{ revision: 5, deleted: 1 },
			],
			[get, { found: null }],
			[put, undefined],
		]),
		[
			'put x 1 → revision 2: revision 2 {x=1@2}',
			'get x → 1@2 at revision 2: revision 2 {x=1@2}',
			'get x → 1: refused',
			'put x 1: revision 3 {x=1@3}',
			'if x@3 then put x 1, get x → then 1 revision 4: revision 4 {x=1@4}',
			'if x@3 then put x 1 else get x → else nil: refused',
			'delete x → 1 deleted at revision 5: revision 5 {}',
			'get x → nil: revision 5 {}',
			'put x 1 → ?: revision 6 {x=1@6}',
		],
	);
});

test('equal states have equal hashes, however they came about', () => {
	const model = etcd();
	const run = (steps: readonly ('x' | 'y')[]) =>
		steps.reduce((state, key) => {
			const after = model.step(state, { kind: 'put', key, value: 1 }, {});
			assert.notEqual(after, refused);
			return after as typeof state;
		}, model.init);
	const [one, other, different] = [
		run(['x', 'x', 'y']),
		run(['x', 'x', 'y']),
		run(['x', 'y', 'x']),
	];
	assert.ok(one && other && different);
	assert.equal(model.equals(one, other), true);
	assert.equal(model.hash(one), model.hash(other));
	assert.equal(model.equals(one, different), false);
	assert.notEqual(model.hash(one), model.hash(different));
});
