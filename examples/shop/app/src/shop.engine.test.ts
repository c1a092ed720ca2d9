import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { postgres } from '@flotilla/postgres';
import { orderScenarios } from './order-scenarios.ts';
import { openTestShop } from './testing-shop.ts';
import { userScenarios } from './user-scenarios.ts';

const url = process.env.FLOTILLA_POSTGRES_URL;

if (url === undefined) {
	test('the shop on PostgreSQL', { skip: 'FLOTILLA_POSTGRES_URL is not set' }, () => {});
} else {
	for (const [promise, check] of Object.entries({ ...userScenarios, ...orderScenarios })) {
		test(`${promise} (PostgreSQL)`, async () => {
			await using schemas = freshSchemas(url);
			await using shop = await openTestShop({ databases: schemas.databases });
			await check(shop);
		});
	}
}

/** A schema for each service that nobody else uses, and that goes in the end. */
function freshSchemas(
	server: string,
): AsyncDisposable & { readonly databases: ReturnType<typeof postgres> } {
	const prefix = `test_${randomBytes(4).toString('hex')}_`;
	const databases = postgres({ url: server, layout: 'schema', prefix, maxConnections: 4 });
	return {
		databases,
		[Symbol.asyncDispose]: async () => {
			const broom = await databases.open('broom', { folder: '' });
			const names = ['users', 'products', 'orders', 'payments', 'broom'];
			const drops = names.map((name) => `drop schema if exists ${prefix}${name} cascade`);
			await broom.exclusive((session) => session.script(drops.join(';')));
			await broom.close();
		},
	};
}
