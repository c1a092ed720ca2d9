import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app, contract, service } from 'flotilla';
import { run } from 'flotilla/run';
import type { Subject } from '../harness/subject.ts';
import { A } from './first-number.ts';
import { SumInput, SumOutput } from './sum-schemas.ts';

const MathService = contract('math', {
	version: 1,
	queries: {
		add: { input: SumInput, output: SumOutput },
		/** For the proof: never answers. */
		hang: { input: SumInput, output: SumOutput },
	},
});

/** So many calls are made to see a span of each: none may be left out by sampling. */
const SPANS = 1_000;

export async function start(): Promise<Subject<{ sum: number }>> {
	let runs = 0;
	const math = service(MathService, () => ({
		queries: {
			add: ({ a, b }) => {
				runs++;
				return { sum: a + b };
			},
			hang: () => new Promise(() => {}),
		},
	}));
	const dataDir = await mkdtemp(join(tmpdir(), 'flotilla-bench-'));
	const fleet = await run(app('bench', [math]), { dataDir, logLevel: 'warn' });
	const client = fleet.client(MathService);
	return {
		operate: (n) => client.add({ a: A, b: n }),
		isRight: (n, { sum }) => sum === A + n,
		handlerRuns: () => runs,
		async prove() {
			const { telemetry } = fleet;
			const counted = telemetry.metrics
				.prometheusText()
				.split('\n')
				.find((line) =>
					['duration_seconds_count{', 'rpc_method="add"', 'outcome="ok"'].every((part) =>
						line.includes(part),
					),
				);
			assert.equal(Number(counted?.split(' ').at(-1)), runs, 'metrics count every call');
			const startMs = fleet.host.clock.monotonicMs();
			for (let n = 0; n < SPANS; n++) await client.add({ a: A, b: n });
			const spans = telemetry.spans
				.list()
				.filter(({ name, endMs }) => name === 'math@1/add' && endMs >= startMs);
			assert.equal(spans.length, SPANS, 'a span for every call');
			const input = { a: 'no number', b: 3 } as never;
			await assert.rejects(client.add(input), { code: 'FLOTILLA_INPUT_INVALID' });
			const huge = { a: Number.MAX_VALUE, b: Number.MAX_VALUE };
			await assert.rejects(client.add(huge), { code: 'FLOTILLA_OUTPUT_INVALID' });
			const late = client.hang({ a: A, b: 3 }, { timeoutMs: 5 });
			await assert.rejects(late, { code: 'FLOTILLA_DEADLINE_EXCEEDED' });
		},
		async close() {
			await fleet.close();
			await rm(dataDir, { recursive: true, force: true });
		},
	};
}
