import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EdgeServer } from './edge-server.ts';
import { Basket, BasketInput, Quote, QuotePath, QuoteQuery, Quotes } from './quotes.ts';

/** The least that serves both routes with validation both ways. */
export async function serve(): Promise<EdgeServer> {
	const quotes = new Quotes();
	const answer = async (request: IncomingMessage): Promise<string> => {
		const url = new URL(request.url ?? '', 'http://edge');
		if (request.method === 'POST' && url.pathname === '/v1/quotes') {
			const input = BasketInput.parse(JSON.parse(await bodyOf(request)));
			return JSON.stringify(Basket.parse(quotes.basket(input)));
		}
		const sku = /^\/v1\/quotes\/([^/]+)$/.exec(url.pathname)?.[1];
		if (request.method !== 'GET' || sku === undefined) throw new Error('there is no such route');
		const query = QuoteQuery.parse(Object.fromEntries(url.searchParams));
		return JSON.stringify(Quote.parse(quotes.quote({ ...QuotePath.parse({ sku }), ...query })));
	};
	const server = createServer((request, response) => {
		const send = (status: number, body: string): void => {
			response.writeHead(status, {
				'content-type': 'application/json',
				'content-length': Buffer.byteLength(body),
			});
			response.end(body);
		};
		answer(request).then(
			(body) => send(200, body),
			(error: Error) => send(400, JSON.stringify({ message: error.message })),
		);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { port: (server.address() as AddressInfo).port, handlerRuns: () => quotes.runs };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
}
