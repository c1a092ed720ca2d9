import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { type Context, ServiceBroker } from 'moleculer';
import ApiGateway from 'moleculer-web';
import { SpanRingExporter } from '../local-call/span-ring-exporter.ts';
import type { EdgeServer } from './edge-server.ts';
import { type Basket, type Quote, Quotes } from './quotes.ts';

const SPAN_CAPACITY = 8_192;

const sku = { type: 'string', pattern: '^SKU-\\d{1,12}$' };
const quantity = { type: 'number', integer: true, min: 1, max: 1_000, convert: true };
const currency = { type: 'enum', values: ['EUR', 'USD'] };

/** Its web gateway and the service in one node, with validation of parameters, tracing and metrics. */
export async function serve(): Promise<EdgeServer> {
	const quotes = new Quotes();
	const exporter = new SpanRingExporter(SPAN_CAPACITY);
	const broker = new ServiceBroker({
		logger: false,
		// The instance is what Moleculer's resolver takes; its types know names only.
		tracing: { enabled: true, exporter: exporter as never },
		metrics: { enabled: true },
	});
	broker.createService({
		name: 'quotes',
		actions: {
			quote: {
				params: { sku, quantity, currency },
				handler: ({ params }: Context<Parameters<Quotes['quote']>[0]>): Quote =>
					quotes.quote(params),
			},
			basket: {
				params: {
					customer: { type: 'string', max: 64 },
					lines: {
						type: 'array',
						min: 1,
						max: 50,
						items: { type: 'object', props: { sku, quantity: { ...quantity, convert: false } } },
					},
					currency,
				},
				handler: ({ params }: Context<Parameters<Quotes['basket']>[0]>): Basket =>
					quotes.basket(params),
			},
		},
	});
	const edge = broker.createService({
		name: 'edge',
		mixins: [ApiGateway as object],
		settings: {
			port: 0,
			ip: '127.0.0.1',
			routes: [
				{
					path: '/v1',
					bodyParsers: { json: true },
					aliases: { 'GET /quotes/:sku': 'quotes.quote', 'POST /quotes': 'quotes.basket' },
				},
			],
		},
	});
	await broker.start();
	const { server } = edge as unknown as { server: { address(): AddressInfo } };
	return {
		port: server.address().port,
		handlerRuns: () => quotes.runs,
		prove: () => {
			assert.ok(exporter.finished >= quotes.runs, 'a span for every call');
			const [found] = broker.metrics.list({ includes: 'moleculer.request.total' });
			const values = found?.values as unknown as { labels: { action: string }; value: number }[];
			const counted = values
				.filter(({ labels }) => labels.action?.startsWith('quotes.'))
				.reduce((sum, { value }) => sum + value, 0);
			assert.ok(counted >= quotes.runs, 'metrics count every call');
		},
	};
}
