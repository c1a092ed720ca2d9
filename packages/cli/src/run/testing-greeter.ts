/**
 * A small app as text: `greet` wants a user and refuses Bob, `hold` waits for whoever listens at the
 * address in the variable GATE, if there is one, `count` is a streaming result that ends, `tick` is one that does not.
 */
export const GREETER = `
import { app, contract, service, stream } from 'flotilla';
import { z } from 'zod';

const Named = z.object({ name: z.string().min(2).max(20) });
const Count = z.object({ count: z.int() });
export const Greeter = contract('greeter', {
	version: 1,
	queries: {
		greet: {
			input: Named,
			output: z.object({ text: z.string() }),
			errors: { rude: Named },
			http: 'GET /greetings/{name}',
			auth: 'user',
		},
		hold: { output: Count, http: 'GET /hold', auth: 'public' },
		count: { input: z.object({ to: z.int() }), output: stream(Count), http: 'GET /count', auth: 'public' },
		tick: { output: stream(Count), http: 'GET /ticks', auth: 'public' },
	},
	commands: {
		keep: {
			input: z.object({ id: z.string(), tags: z.array(z.string()) }),
			output: z.object({ id: z.string(), tags: z.array(z.string()) }),
			http: 'PUT /kept/{id}',
			auth: 'public',
		},
	},
});

const migrations = [{ name: '0001', sql: 'create table kept (id text primary key, tags text not null)' }];
const greeter = service(Greeter, { migrations }, ({ tx }) => ({
	queries: {
		greet: ({ name }, { errors }) => {
			if (name === 'Bob') throw errors.rude({ name });
			return { text: \`Hello, \${name}!\` };
		},
		hold: async () => {
			if (process.env.GATE !== undefined) await fetch(process.env.GATE);
			return { count: 1 };
		},
		async *count({ to }) {
			for (let count = 1; count <= to; count++) yield { count };
		},
		async *tick(_, { signal }) {
			yield { count: 1 };
			await new Promise((resolve) => signal.addEventListener('abort', resolve));
		},
	},
	commands: {
		keep: (kept) =>
			tx(async (t) => {
				await t.run\`insert into kept (id, tags) values (\${kept.id}, \${kept.tags.join()})\`;
				return kept;
			}),
	},
}));

export default app('hello', [greeter]);
`;
