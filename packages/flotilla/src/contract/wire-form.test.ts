import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { type Checked, wireSchema } from './schema.ts';
import { wireForm } from './wire-form.ts';

const isoDate = z.codec(z.iso.datetime(), z.date(), {
	decode: (text) => new Date(text),
	encode: (date) => date.toISOString(),
});
const bigNumber = z.codec(z.string(), z.bigint(), { decode: BigInt, encode: String });

function wired(schema: z.ZodType, given: unknown): unknown {
	const wire = wireSchema(schema);
	const checked = wire.check(given) as Checked;
	assert.equal(checked.issues, undefined);
	return wireForm(wire, given, (checked as { value: unknown }).value);
}

test('codecs answer in the form that travels, without fields that the schema does not know', () => {
	const schema = z.object({ at: isoDate, units: z.array(z.object({ n: bigNumber })) });
	const given = {
		at: '2026-01-01T00:00:00Z',
		secret: 'x',
		units: [{ n: '12345678901234567890', 'a/b~c': 1 }],
	};
	assert.deepEqual(wired(schema, given), {
		at: '2026-01-01T00:00:00Z',
		units: [{ n: '12345678901234567890' }],
	});
	assert.equal(given.secret, 'x');
});

test('plain schemas answer what validation has copied', () => {
	const schema = z.object({ id: z.string(), note: z.string().optional() });
	assert.equal(wireSchema(schema).transforms, false);
	assert.deepEqual(wired(schema, { id: 'a', secret: 'x' }), { id: 'a' });
});
