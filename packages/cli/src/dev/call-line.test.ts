import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { contract, stream } from 'flotilla';
import { z } from 'zod';
import { callLine } from './call-line.ts';

const data = join(process.cwd(), '.flotilla/shop');
const Done = z.object({ done: z.boolean() });

type Input = Parameters<typeof z.object>[0];

/** The line for a contract with one command that takes this. */
function lineFor(input: Input): Promise<string | undefined> {
	const Shop = contract('shop', {
		version: 1,
		commands: { buy: { input: z.object(input), http: 'POST /buy', auth: 'public' } },
	});
	return callLine([Shop], { data, isOpen: false });
}

test('an input is made that the schema allows, of required fields only', async () => {
	assert.equal(
		await lineFor({
			name: z.string(),
			email: z.email(),
			sku: z.string().regex(/^[A-Z]{3}-\d{3}$/),
			count: z.int().min(3),
			kind: z.enum(['big', 'small']),
			lines: z.array(z.object({ quantity: z.int().min(1).max(9) })).min(1),
			at: z.iso.datetime(),
			comment: z.string().optional(),
			code: z.string().min(12),
			either: z.union([z.literal(7), z.string()]),
		}),
		`npx flotilla call shop.buy '${JSON.stringify({
			name: 'Ada',
			email: 'ada@example.com',
			sku: 'ABC-001',
			count: 3,
			kind: 'big',
			lines: [{ quantity: 1 }],
			at: '2026-01-31T12:00:00.000Z',
			code: 'exampleexamp',
			either: 7,
		})}'`,
	);
});

test('what no example is found for is left out, rather than printed and refused', async () => {
	assert.equal(await lineFor({ odd: z.string().regex(/^q{17}$/) }), undefined);
});

test('a query comes before a command, and what may refuse after what may not', async () => {
	const Id = z.object({ id: z.string() });
	const Shop = contract('shop', {
		version: 1,
		queries: {
			inside: { output: Done },
			watch: { output: stream(Done), http: 'GET /watch', auth: 'public' },
			get: { input: Id, output: Done, errors: { notFound: Id }, http: 'GET /{id}', auth: 'public' },
			secret: { output: Done, http: 'GET /secret', auth: 'operator' },
		},
		commands: { go: { http: 'POST /go', auth: 'public' } },
	});
	assert.equal(await callLine([Shop], { data, isOpen: true }), 'npx flotilla call shop.secret');
	assert.equal(await callLine([Shop], { data, isOpen: false }), 'npx flotilla call shop.go');
});

test('a data folder that is not found by itself is named', async () => {
	const Shop = contract('shop', {
		version: 1,
		queries: { all: { http: 'GET /all', auth: 'public' } },
	});
	const line = await callLine([Shop], { data: '/somewhere/else', isOpen: true });
	assert.equal(line, 'npx flotilla call shop.all --data /somewhere/else');
});
