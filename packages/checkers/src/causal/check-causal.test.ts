import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Operation } from '../history/operation.ts';
import { type CausalInput, type CausalOutput, checkCausal } from './check-causal.ts';

/** A process a line: `wx1` writes 1 to x, `rx1` reads it. */
function history(...lines: readonly string[]): readonly Operation<CausalInput, CausalOutput>[] {
	return lines.flatMap((line, process) =>
		line.split(' ').map((word, place): Operation<CausalInput, CausalOutput> => {
			const key = word.charAt(1);
			const value = Number(word.slice(2));
			const times = { process, calledAt: place, returnedAt: place + 0.5, outcome: 'ok' } as const;
			return word.startsWith('w')
				? { ...times, input: { kind: 'write', key, value }, output: null }
				: { ...times, input: { kind: 'read', key }, output: value };
		}),
	);
}

test('an effect is not seen without its cause', () => {
	assert.equal(checkCausal(history('wx1', 'rx1 wy1', 'ry1 rx1')).verdict, 'ok');
	assert.equal(checkCausal(history('wx1', 'rx1 wy1', 'ry1 rx0')).verdict, 'violation');
	assert.equal(checkCausal(history('wx1 wx2', 'rx2 rx1')).verdict, 'violation');
	assert.equal(checkCausal(history('wx1', 'rx0 rx1')).verdict, 'ok', 'late is allowed');
	assert.equal(checkCausal(history('wx1', 'wx2', 'rx1', 'rx2')).verdict, 'ok');
	assert.equal(checkCausal(history('rx7')).verdict, 'violation', 'nobody wrote it');
});

test('readers may see independent writes in different orders', () => {
	assert.equal(checkCausal(history('wx1', 'wy1', 'rx1 ry0', 'ry1 rx0')).verdict, 'ok');
});
