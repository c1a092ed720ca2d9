// What the services of this app offer, as data. Whoever calls them needs this file and nothing else.
import { contract } from 'flotilla';
import { z } from 'zod';

const CardId = z.string().regex(/^[a-z0-9-]{1,40}$/);
const AmountMinor = z.int().min(1).max(1_000_000);

const CardRef = z.object({ card: CardId });
const Amount = z.object({ card: CardId, amountMinor: AmountMinor });

/** Prepaid cards of a coffee shop. Amounts are in cents. */
export const Card = z.object({ card: CardId, balanceMinor: z.int() });

export const Cards = contract('cards', {
	version: 1,
	queries: {
		get: {
			description: 'What is left on a card',
			input: CardRef,
			output: Card,
			errors: { notFound: CardRef },
			http: 'GET /cards/{card}',
			auth: 'till',
		},
	},
	commands: {
		topUp: {
			description: 'Puts money on a card, and makes it if there is none',
			input: Amount,
			output: Card,
			http: { route: 'POST /cards/{card}/top-ups', status: 201 },
			auth: 'till',
		},
		pay: {
			description: 'Takes money off a card, if there is enough on it',
			input: Amount,
			output: Card,
			errors: { notEnough: CardRef },
			http: { route: 'POST /cards/{card}/payments', status: 201 },
			auth: 'till',
		},
	},
	events: { paid: { data: Amount, key: 'card' } },
});
