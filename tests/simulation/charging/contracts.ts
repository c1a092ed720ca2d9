import { contract } from 'flotilla';
import { z } from 'zod';

const Purchase = z.object({ order: z.string(), amountMinor: z.int().min(1) });

export const Charges = contract('charges', {
	version: 1,
	commands: { charge: { input: Purchase, output: z.object({ id: z.string() }) } },
});

export const Purchases = contract('purchases', {
	version: 1,
	commands: { buy: { input: Purchase, output: Purchase } },
});
