import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gateway } from '@flotilla/gateway';
import { app, contract, service } from 'flotilla';
import { run } from 'flotilla/run';
import type { EdgeServer } from './edge-server.ts';
import { Basket, BasketInput, Quote, QuoteInput, Quotes } from './quotes.ts';

const QuoteService = contract('quotes', {
	version: 1,
	queries: {
		quote: { input: QuoteInput, output: Quote, http: 'GET /quotes/{sku}', auth: 'public' },
	},
	commands: {
		basket: {
			input: BasketInput,
			output: Basket,
			idempotent: true,
			http: 'POST /quotes',
			auth: 'public',
		},
	},
});

/** The gateway and the service in one process, with everything that is on when nothing is said. */
export async function serve(): Promise<EdgeServer> {
	const quotes = new Quotes();
	const quoting = service(QuoteService, () => ({
		queries: { quote: (input) => quotes.quote(input) },
		commands: { basket: (input) => quotes.basket(input) },
	}));
	const dataDir = mkdtempSync(join(tmpdir(), 'flotilla-bench-'));
	process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
	const fleet = await run(app('edge', [quoting]), { dataDir, logLevel: 'error' });
	const { address } = await gateway(fleet, { port: 0 });
	return {
		port: address.port,
		handlerRuns: () => quotes.runs,
		prove: () => {
			const { metrics, spans } = fleet.telemetry;
			const counted = metrics
				.prometheusText()
				.split('\n')
				.filter((line) => line.startsWith('http_server_request_duration_seconds_count{'))
				.filter((line) => line.includes('http_response_status_code="200"'))
				.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
			assert.equal(counted, quotes.runs, 'metrics count every request');
			const listed = spans.list();
			const served = listed.filter(({ kind, outcome }) => kind === 'server' && outcome === 'ok');
			const called = listed.filter(({ name }) => name.startsWith('quotes@1/'));
			assert.ok(served.length > 0 && called.length > 0, 'spans of the edge and of the call');
		},
	};
}
