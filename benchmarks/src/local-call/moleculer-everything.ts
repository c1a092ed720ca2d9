import assert from 'node:assert/strict';
import { Errors, ServiceBroker } from 'moleculer';
import type { Subject } from '../harness/subject.ts';
import { A } from './first-number.ts';
import { SpanRingExporter } from './span-ring-exporter.ts';

const REQUEST_TIMEOUT_MS = 10_000;
const SPAN_CAPACITY = 8_192;
/** Flotilla's own bound on calls under way: neither limit is to be met here. */
const BULKHEAD_CONCURRENCY = 10_000;
/** Moleculer's default: the breaker does not judge before so many calls. */
const BREAKER_MIN_REQUESTS = 20;

export async function start(): Promise<Subject<{ sum: number }>> {
	let runs = 0;
	let flakyRuns = 0;
	const exporter = new SpanRingExporter(SPAN_CAPACITY);
	const broker = new ServiceBroker({
		logger: false,
		requestTimeout: REQUEST_TIMEOUT_MS,
		retryPolicy: { enabled: true },
		circuitBreaker: { enabled: true },
		bulkhead: { enabled: true, concurrency: BULKHEAD_CONCURRENCY },
		// The instance is what Moleculer's resolver takes; its types know names only.
		tracing: { enabled: true, exporter: exporter as never },
		metrics: { enabled: true },
	});
	broker.createService({
		name: 'math',
		actions: {
			add: {
				params: { a: 'number', b: 'number' },
				handler(context: { params: { a: number; b: number } }): { sum: number } {
					runs++;
					return { sum: context.params.a + context.params.b };
				},
			},
		},
	});
	// What the proof provokes. Nothing but the narrow bulkhead differs from the settings above.
	broker.createService({
		name: 'proof',
		actions: {
			timeout: (context: { options: { timeout?: number | null } }) => context.options.timeout,
			hang: () => new Promise(() => {}),
			flaky() {
				flakyRuns++;
				if (flakyRuns === 1) throw new Errors.MoleculerRetryableError('flaky', 503, 'FLAKY', {});
				return 'well';
			},
			broken() {
				throw new Errors.MoleculerError('broken', 500, 'BROKEN', {});
			},
			narrow: {
				bulkhead: { concurrency: 1, maxQueueSize: 1 },
				handler: () => new Promise((resolve) => setTimeout(resolve, 20, 'well')),
			},
		},
	});
	await broker.start();

	const metric = (name: string, action: string): number => {
		const [found] = broker.metrics.list({ includes: name });
		const values = found?.values as { labels: { action: string }; value: number }[] | undefined;
		return values?.find(({ labels }) => labels.action === action)?.value ?? Number.NaN;
	};

	return {
		operate: (n) => broker.call<{ sum: number }, object>('math.add', { a: A, b: n }),
		isRight: (n, { sum }) => sum === A + n,
		handlerRuns: () => runs,
		async prove() {
			// What the measured calls left behind.
			assert.equal(exporter.finished, runs, 'a span for every call');
			assert.equal(metric('moleculer.request.total', 'math.add'), runs, 'metrics count every call');
			assert.equal(
				metric('moleculer.request.bulkhead.inflight', 'math.add'),
				0,
				'the bulkhead counts',
			);

			await assert.rejects(broker.call('math.add', { a: 'no number', b: 3 }), { code: 422 });
			assert.equal(await broker.call('proof.timeout'), REQUEST_TIMEOUT_MS);
			const late = broker.call('proof.hang', {}, { timeout: 5 });
			await assert.rejects(late, { name: 'RequestTimeoutError' });
			assert.equal(await broker.call('proof.flaky'), 'well');
			assert.equal(flakyRuns, 2, 'a retryable failure is repeated');
			// Its refusal counts as retryable: without `retries` the third would get through later.
			const narrow = () => broker.call('proof.narrow', {}, { retries: 0 });
			const three = await Promise.allSettled([narrow(), narrow(), narrow()]);
			const refused = three.filter(({ status }) => status === 'rejected');
			assert.equal(refused.length, 1, 'one runs, one waits, the third is refused');
			assert.equal((refused[0] as PromiseRejectedResult).reason.name, 'QueueIsFullError');
			for (let call = 0; call < BREAKER_MIN_REQUESTS; call++) {
				await assert.rejects(broker.call('proof.broken'), { code: 500 });
			}
			await assert.rejects(broker.call('proof.broken'), { name: 'ServiceNotAvailableError' });
		},
		close: () => broker.stop(),
	};
}
