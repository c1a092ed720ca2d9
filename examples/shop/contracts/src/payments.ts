import { contract } from 'flotilla';
import { z } from 'zod';
import { Money } from './money.ts';

export const Account = z.object({
	name: z.string(),
	balanceMinor: z
		.int()
		.describe('In cents; what came in is positive, where it came from negative.'),
	currency: z.literal('EUR'),
});

const AboutOrder = z.object({ orderId: z.string() });

export const Payments = contract('payments', {
	version: 1,
	description: 'Takes the money for orders, and gives it back.',
	queries: {
		limit: {
			description: 'What one payment may amount to: more is declined.',
			output: z.object({ limit: Money }),
			http: 'GET /payment-limit',
			auth: 'public',
		},
		ledger: {
			description: 'The accounts of the double-entry ledger. Their balances sum to zero.',
			output: z.object({ accounts: z.array(Account) }),
			http: 'GET /ledger',
			auth: 'operator',
		},
	},
	events: {
		captured: { description: 'An order was paid.', data: AboutOrder, key: 'orderId' },
		declined: { description: 'An order was not paid.', data: AboutOrder, key: 'orderId' },
	},
});
