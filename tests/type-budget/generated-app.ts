/**
 * The files of an app of many services with five operations each (two queries, two commands, a
 * streaming query), declared errors, events, subscribers, and calls to the next service: what a
 * large code base asks of the compiler.
 */
export function appOf(services: number): Map<string, string> {
	const files = new Map<string, string>();
	for (let index = 0; index < services; index++) {
		files.set(`contract-${index}.ts`, contractOf(index));
		files.set(`service-${index}.ts`, serviceOf(index, (index + 1) % services));
	}
	return files;
}

function contractOf(index: number): string {
	return `import { contract, stream } from 'flotilla';
import { z } from 'zod';
const Id${index} = z.object({ id: z.string() });
const Item${index} = z.object({
	id: z.string(), name: z.string().max(100), amountMinor: z.int().min(0), open: z.boolean(),
	tags: z.array(z.string()), note: z.string().optional(),
});
const New${index} = z.object({ name: z.string(), lines: z.array(z.object({ sku: z.string(), quantity: z.int() })) });
export const C${index} = contract('service-${index}', {
	version: 1,
	queries: {
		get: { input: Id${index}, output: Item${index}, errors: { notFound: Id${index} }, http: 'GET /s${index}/{id}', auth: 'user' },
		list: { input: z.object({ limit: z.int().optional() }), output: z.object({ items: z.array(Item${index}) }) },
		watch: { input: Id${index}, output: stream(Item${index}) },
	},
	commands: {
		place: { input: New${index}, output: Item${index}, errors: { refused: Id${index} }, http: 'POST /s${index}', auth: 'user' },
		cancel: { input: Id${index}, output: Item${index}, errors: { notFound: Id${index}, closed: Id${index} } },
	},
	events: { placed: { data: Item${index}, key: 'id' } },
});
`;
}

function serviceOf(index: number, next: number): string {
	return `import { service } from 'flotilla';
import { C${index} } from './contract-${index}.ts';
import { C${next} } from './contract-${next}.ts';
const item = (id: string) => ({ id, name: '', amountMinor: 1, open: true, tags: [] });
export const service${index} = service(C${index}, { needs: { next: C${next} }, migrations: [] }, ({ call, tx }) => ({
	queries: {
		get: async ({ id }, { errors }) => {
			const other = await call.next.try.get({ id });
			if (!other.ok) throw errors.notFound({ id: other.error.data.id });
			return item(other.value.id);
		},
		list: async ({ limit }) => ({ items: [item(String(limit))] }),
		watch: async function* ({ id }) { yield item(id); },
	},
	commands: {
		place: ({ name }, { errors }) => tx(async (t) => {
			if (name === '') throw errors.refused({ id: name });
			await t.run\`insert into items (id) values (\${name})\`;
			t.emit.placed(item(name));
			return item(name);
		}),
		cancel: async ({ id }) => item(id),
	},
	on: { next: { placed: (event, { t }) => t.run\`delete from items where id = \${event.id}\` } },
}));
`;
}
