import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { app, contract, type Migration, service } from 'flotilla';
import { run } from 'flotilla/run';
import { z } from 'zod';
import { migrations } from './migrations.ts';

const Row = z.object({
	sku: z.string(),
	category: z.string().optional(),
	description: z.string().optional(),
});

const Products = contract('products', {
	version: 1,
	queries: { rows: { output: z.object({ rows: z.array(Row) }) } },
	commands: { add: { input: z.object({ sku: z.string() }) } },
});

/** The products' database as a version of the shop with these migrations would have it. */
function shopWith(steps: readonly Migration[]) {
	const isOld = steps.length < migrations.length;
	const products = service(Products, { migrations: steps }, ({ read, tx }) => ({
		queries: {
			rows: async () => ({
				rows: await read((t) =>
					isOld
						? t.all(Row)`select sku from products order by sku`
						: t.all(Row)`select sku, category, description from products order by sku`,
				),
			}),
		},
		commands: {
			add: ({ sku }) =>
				tx(async (t) => {
					await t.run`insert into products (sku, name, search_text, price_minor)
						values (${sku}, 'Kept', 'kept', 1)`;
				}),
		},
	}));
	return app('shop', [products]);
}

test('a shop of before gets categories and descriptions, and keeps what was added to it', async () => {
	const dataDir = await mkdtemp(join(tmpdir(), 'products-'));
	try {
		{
			await using old = await run(shopWith(migrations.slice(0, 2)), { dataDir, logLevel: 'error' });
			await old.client(Products).add({ sku: 'ZZZ-001' });
		}
		await using present = await run(shopWith(migrations), { dataDir, logLevel: 'error' });
		const { rows } = await present.client(Products).rows();
		assert.equal(rows.length, 221);
		const [added] = rows.splice(-1);
		assert.deepEqual(added, { sku: 'ZZZ-001' });
		for (const { category, description } of rows) {
			assert.match(category ?? '', /^[A-Z]/);
			assert.match(description ?? '', /\.$/);
		}
		assert.deepEqual(
			rows.find(({ sku }) => sku === 'COF-008'),
			{
				sku: 'COF-008',
				category: 'Coffee',
				description: 'Cast aluminium, a silicone seal, and the sound of breakfast.',
			},
		);
	} finally {
		await rm(dataDir, { recursive: true, force: true });
	}
});
