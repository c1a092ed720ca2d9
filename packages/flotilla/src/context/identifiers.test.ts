import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nodeRandom } from '../host/node/random.ts';
import { timeOfUuidV7, uuidV7 } from './identifiers.ts';

const random = nodeRandom(3);

function made(wallMs: number): string {
	return uuidV7({ wallMs: () => wallMs } as never, random);
}

const moment = fc.double({ min: 0, max: 2 ** 48 - 1, noNaN: true });

test('a UUIDv7 has the form of RFC 9562 and tells the millisecond in which it was made', () => {
	const form = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
	fc.assert(
		fc.property(moment, (wallMs) => {
			const text = made(wallMs);
			assert.match(text, form);
			assert.equal(timeOfUuidV7(text), Math.floor(wallMs));
			assert.equal(timeOfUuidV7(text.toUpperCase()), Math.floor(wallMs));
		}),
	);
});

test('UUIDs sort by the millisecond in which they were made', () => {
	fc.assert(
		fc.property(moment, moment, (one, other) => {
			fc.pre(Math.floor(one) < Math.floor(other));
			assert.ok(made(one) < made(other));
		}),
	);
});

test('a clock before 1970 counts as 1970', () => {
	assert.equal(timeOfUuidV7(made(-5)), 0);
});

test('other texts tell no time', () => {
	const uuid = made(1_700_000_000_000);
	const wrong = [
		'',
		'k1',
		'f47ac10b-58cc-4372-a567-0e02b2c3d479',
		`${uuid}0`,
		` ${uuid}`,
		`${uuid}\n`,
		uuid.replaceAll('-', ''),
		`${uuid.slice(0, 19)}c${uuid.slice(20)}`,
	];
	for (const text of wrong) assert.equal(timeOfUuidV7(text), undefined, text);
});
