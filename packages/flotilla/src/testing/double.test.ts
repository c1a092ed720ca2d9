import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { contract } from '../contract/contract.ts';
import { stream } from '../contract/definition.ts';
import { isFlotillaError } from '../errors/flotilla-error.ts';
import { run } from '../run/run.ts';
import { app } from '../service/app.ts';
import { type Service, service } from '../service/service.ts';
import { double } from './double.ts';

const Sku = z.object({ sku: z.string() });
const Lines = Sku.extend({ quantity: z.int() });
const Placed = z.object({ id: z.string(), reservation: z.string() });

const Products = contract('products', {
	version: 1,
	queries: {
		price: { input: Sku, output: z.object({ minor: z.int() }) },
		prices: { input: Sku, output: stream(z.object({ minor: z.int() })) },
	},
	commands: {
		reserve: {
			input: Lines,
			output: z.object({ reservation: z.string() }),
			errors: { outOfStock: Sku },
		},
		restock: { input: Lines },
	},
	events: { soldOut: { data: Sku, key: 'sku' } },
});

const Orders = contract('orders', {
	version: 1,
	queries: { soldOut: { output: z.array(z.string()) } },
	commands: { place: { input: Lines, output: Placed, errors: { refused: Sku } } },
	events: { placed: { data: Sku, key: 'sku' } },
});

const orders = service(
	Orders,
	{
		needs: { products: Products },
		migrations: [{ name: '0001', sql: 'create table sold_out (sku text primary key)' }],
	},
	({ call, tx, read }) => ({
		queries: {
			soldOut: async () => {
				const rows = await read((t) => t.all(Sku)`select sku from sold_out order by sku`);
				return rows.map(({ sku }) => sku);
			},
		},
		commands: {
			place: async (lines, { id, errors }) => {
				const reserved = await call.products.try.reserve(lines, { idempotencyKey: 'r' });
				if (!reserved.ok) throw errors.refused({ sku: lines.sku });
				return tx((t) => {
					t.emit.placed({ sku: lines.sku });
					return { id, reservation: reserved.value.reservation };
				});
			},
		},
		on: {
			products: { soldOut: ({ sku }, { t }) => t.run`insert into sold_out (sku) values (${sku})` },
		},
	}),
);

const folders: string[] = [];
after(async () => {
	for (const folder of folders) await rm(folder, { recursive: true });
});

async function started(...services: readonly Service[]) {
	const dataDir = await mkdtemp(join(tmpdir(), 'double-'));
	folders.push(dataDir);
	return run(app('test', services), { dataDir, logLevel: 'error' });
}

test('a double stands in for a service: the others call it, and it remembers what it was asked', async () => {
	const products = double(Products, { reserve: () => ({ reservation: 'r1' }) });
	await using fleet = await started(orders, products);
	const { reservation } = await fleet.client(Orders).place({ sku: 'tea', quantity: 2 });
	assert.equal(reservation, 'r1');
	assert.deepEqual(products.calls.reserve, [{ sku: 'tea', quantity: 2 }]);
	assert.deepEqual(products.calls.price, []);
});

test('a double throws the errors of its contract, and a repeated command gets its first answer', async () => {
	let asked = 0;
	const products = double(Products, {
		reserve: ({ sku, quantity }, { errors }) => {
			asked++;
			if (quantity > 3) throw errors.outOfStock({ sku });
			return { reservation: `r${asked}` };
		},
	});
	await using fleet = await started(products);
	const { reserve } = fleet.client(Products).try;
	const first = await reserve({ sku: 'tea', quantity: 1 }, { idempotencyKey: 'k' });
	const second = await reserve({ sku: 'tea', quantity: 1 }, { idempotencyKey: 'k' });
	assert.deepEqual([first, second], [{ ok: true, value: { reservation: 'r1' } }, first]);
	const refused = await reserve({ sku: 'tea', quantity: 9 });
	assert.equal(!refused.ok && refused.error.code, 'outOfStock');
	assert.equal(products.calls.reserve.length, 2);
});

test('what a double was not given fails by name, streaming results too', async () => {
	const products = double(Products, {});
	await using fleet = await started(products);
	const client = fleet.client(Products);
	const isNamed = (name: string) => (error: unknown) =>
		isFlotillaError(error, 'FLOTILLA_DOUBLE_INCOMPLETE') &&
		error.effect === 'none' &&
		error.message.includes(`The double of 'products' was not given '${name}'`);
	await assert.rejects(client.price({ sku: 'tea' }), isNamed('price'));
	await assert.rejects(client.restock({ sku: 'tea', quantity: 1 }), isNamed('restock'));
	const prices = client.prices({ sku: 'tea' })[Symbol.asyncIterator]();
	await assert.rejects(prices.next(), isNamed('prices'));
	assert.deepEqual(products.calls.price, [{ sku: 'tea' }]);
});

test('what a double answers and is asked must be what the contract says', async () => {
	const products = double(Products, { price: () => ({ minor: 0.5 }) });
	await using fleet = await started(products);
	const { price } = fleet.client(Products);
	await assert.rejects(price({ sku: 'tea' }), { code: 'FLOTILLA_OUTPUT_INVALID' });
	await assert.rejects(price({ sku: 7 } as never), { code: 'FLOTILLA_INPUT_INVALID' });
	assert.equal(products.calls.price.length, 1);
});

test('a double emits events and listens to those of others, as a service does', async () => {
	const products = double(
		Products,
		({ tx }) => ({
			reserve: (_, { id }) => ({ reservation: id }),
			restock: ({ sku }) => tx((t) => t.emit.soldOut({ sku })),
		}),
		{
			needs: { orders: Orders },
			on: { orders: { placed: ({ sku }, { t }) => t.emit.soldOut({ sku: `no more ${sku}` }) } },
		},
	);
	await using fleet = await started(orders, products);
	await fleet.client(Products).restock({ sku: 'tea', quantity: 0 });
	await fleet.client(Orders).place({ sku: 'mugs', quantity: 1 });
	let seen: readonly string[] = [];
	while (seen.length < 2) seen = await fleet.client(Orders).soldOut();
	assert.deepEqual(seen, ['no more mugs', 'tea']);
});

test('a name that the contract does not know is refused at once', () => {
	assert.throws(() => double(Products, { prise: () => ({ minor: 1 }) } as never), {
		name: 'TypeError',
		message: /'products' has no operation 'prise'.*price, prices, reserve, restock/,
	});
});

test('a double of wrong types does not compile', () => {
	const never = () => {
		// @ts-expect-error: the answer lacks the price
		double(Products, { price: () => ({}) });
		// @ts-expect-error: the answer is of another type
		double(Products, { price: () => ({ minor: 'much' }) });
		// @ts-expect-error: there is no such operation
		double(Products, { prise: () => ({ minor: 1 }) });
		// @ts-expect-error: the input has no such field
		double(Products, { price: ({ name }) => ({ minor: name }) });
		const products = double(Products, {});
		// @ts-expect-error: the calls have the types of the inputs
		products.calls.price[0]?.name;
	};
	assert.equal(typeof never, 'function');
});
