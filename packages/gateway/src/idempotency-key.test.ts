import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFlotillaError } from 'flotilla';
import { idempotencyKeyOf } from './idempotency-key.ts';

for (const [header, key] of [
	[undefined, undefined],
	['order-17', 'order-17'],
	['"order-17"', 'order-17'],
	['"a \\"b\\" \\\\c"', 'a "b" \\c'],
	['with, comma', 'with, comma'],
	['a'.repeat(255), 'a'.repeat(255)],
] as const) {
	test(`the header ${header?.slice(0, 20)} is the key ${key?.slice(0, 20)}`, () => {
		assert.equal(idempotencyKeyOf(header), key);
	});
}

for (const header of ['', '""', '"open', '"a"b"', '"a\\n"', 'a\tb', 'ä', 'a'.repeat(256)]) {
	test(`the header ${JSON.stringify(header.slice(0, 20))} is refused`, () => {
		assert.throws(
			() => idempotencyKeyOf(header),
			(error) => isFlotillaError(error, 'FLOTILLA_IDEMPOTENCY_KEY_INVALID'),
		);
	});
}
