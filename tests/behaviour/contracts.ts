import { contract, error, stream } from 'flotilla';
import { z } from 'zod';

/** Does one thing of every kind. */
export const Callee = contract('callee', {
	version: 1,
	queries: {
		echo: {
			input: z.object({ text: z.string(), when: z.iso.datetime().optional() }),
			output: z.object({ text: z.string() }),
		},
		/** A schema whose two sides differ. */
		day: {
			input: z.object({ date: z.codec(z.iso.date(), z.date(), isoDate()) }),
			output: z.object({ next: z.codec(z.iso.date(), z.date(), isoDate()) }),
		},
		refuse: {
			input: z.object({ reason: z.string() }),
			output: z.object({}),
			errors: { refused: error(z.object({ reason: z.string() }), { status: 409 }) },
		},
		fail: { output: z.object({}) },
		slow: {
			input: z.object({ forMs: z.int() }),
			output: z.object({ remainingMs: z.number() }),
			timeoutMs: 60_000,
		},
		who: {
			output: z.object({ subject: z.string(), scopes: z.array(z.string()), peer: z.string() }),
		},
		count: { input: z.object({ to: z.int() }), output: stream(z.object({ number: z.int() })) },
		countAndFail: { output: stream(z.object({ number: z.int() })) },
		/** How many readers of `count` have gone before its end. */
		left: { output: z.object({ readers: z.int() }) },
		entries: {
			input: z.object({ key: z.string() }),
			output: z.object({ values: z.array(z.int()) }),
		},
	},
	commands: {
		add: {
			input: z.object({ key: z.string(), value: z.int() }),
			output: z.object({ entries: z.int() }),
			errors: { negative: z.object({ value: z.int() }) },
		},
	},
	events: {
		added: { data: z.object({ key: z.string(), value: z.int() }), key: 'key' },
	},
});

/** Calls the other one, and listens to it. */
export const Front = contract('front', {
	version: 1,
	queries: {
		ask: {
			output: z.object({ subject: z.string(), scopes: z.array(z.string()), peer: z.string() }),
		},
		askRefused: { input: z.object({ reason: z.string() }), output: z.object({ said: z.string() }) },
		askSlow: {
			input: z.object({ forMs: z.int(), timeoutMs: z.int() }),
			output: z.object({ code: z.string() }),
		},
		seen: {
			input: z.object({ key: z.string() }),
			output: z.object({ values: z.array(z.int()) }),
		},
	},
});

function isoDate() {
	return {
		decode: (text: string) => new Date(`${text}T00:00:00Z`),
		encode: (date: Date) => date.toISOString().slice(0, 10),
	};
}
