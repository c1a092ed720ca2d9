import { test } from 'node:test';
import { orderScenarios } from './order-scenarios.ts';
import { openTestShop } from './testing-shop.ts';
import { userScenarios } from './user-scenarios.ts';

for (const [promise, check] of Object.entries({ ...userScenarios, ...orderScenarios })) {
	test(`${promise} (SQLite)`, async () => {
		// Every transaction twice: it must not matter how often one has to be tried.
		await using shop = await openTestShop({ rerunTransactions: 1 });
		await check(shop);
	});
}
