import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Presence } from './presence.ts';

function presenceWith(answers: boolean[]) {
	const waits: number[] = [];
	const seen: boolean[] = [];
	const presence: Presence = new Presence({
		probe: async () => answers.shift() ?? true,
		pause: async (forMs) => {
			waits.push(forMs);
			seen.push(presence.isAway.value);
		},
		random: () => 1,
	});
	return { presence, waits, seen };
}

test('one request without an answer is chance when the shop answers a probe', async () => {
	const { presence, waits } = presenceWith([true]);
	await presence.doubt();
	assert.equal(presence.isAway.value, false);
	assert.equal(presence.returns.value, 0);
	assert.deepEqual(waits, []);
});

test('a shop that is away is probed less and less often, and its return is told once', async () => {
	const { presence, waits, seen } = presenceWith([false, false, false]);
	const told: boolean[] = [];
	presence.isAway.subscribe((isAway) => told.push(isAway));
	// Whatever fails meanwhile does not make another one ask.
	await Promise.all([presence.doubt(), presence.doubt(), presence.doubt()]);
	assert.deepEqual(waits, [1_000, 2_000, 4_000]);
	assert.deepEqual(seen, [true, true, true]);
	assert.deepEqual(told, [false, true, false]);
	assert.equal(presence.returns.value, 1);
});
