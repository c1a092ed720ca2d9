import { contract } from 'flotilla';
import { z } from 'zod';

export const Bank = contract('bank', {
	version: 1,
	queries: {
		total: { output: z.object({ total: z.int() }) },
		balance: { input: z.object({ name: z.string() }), output: z.object({ balance: z.int() }) },
	},
	commands: {
		transfer: {
			input: z.object({ from: z.string(), to: z.string(), amount: z.int().min(1) }),
			output: z.object({ id: z.string() }),
			errors: { tooPoor: z.object({ balance: z.int() }) },
		},
	},
	events: {
		transferred: {
			data: z.object({ id: z.string(), from: z.string(), amount: z.int() }),
			key: 'from',
		},
	},
});

/** Listens to the bank, and counts. */
export const Audit = contract('audit', {
	version: 1,
	queries: { seen: { output: z.object({ count: z.int(), amount: z.int() }) } },
});
