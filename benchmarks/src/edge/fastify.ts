import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import type { z } from 'zod';
import type { EdgeServer } from './edge-server.ts';
import { Basket, BasketInput, Quote, QuotePath, QuoteQuery, Quotes } from './quotes.ts';

/** Zod in and out, in the way that Fastify has for validators that are not its own. */
export async function serve(): Promise<EdgeServer> {
	const quotes = new Quotes();
	const app = Fastify({ logger: false });
	app.setValidatorCompiler<z.ZodType>(({ schema }) => (input) => {
		const { error, data } = schema.safeParse(input);
		return error === undefined ? { value: data } : { error };
	});
	app.setSerializerCompiler<z.ZodType>(
		({ schema }) =>
			(answer) =>
				JSON.stringify(schema.parse(answer)),
	);
	app.route<{ Params: z.infer<typeof QuotePath>; Querystring: z.infer<typeof QuoteQuery> }>({
		method: 'GET',
		url: '/v1/quotes/:sku',
		schema: { params: QuotePath, querystring: QuoteQuery, response: { 200: Quote } },
		handler: async ({ params, query }) => quotes.quote({ ...params, ...query }),
	});
	app.route<{ Body: z.infer<typeof BasketInput> }>({
		method: 'POST',
		url: '/v1/quotes',
		schema: { body: BasketInput, response: { 200: Basket } },
		handler: async ({ body }) => quotes.basket(body),
	});
	await app.listen({ host: '127.0.0.1', port: 0 });
	return { port: (app.server.address() as AddressInfo).port, handlerRuns: () => quotes.runs };
}
