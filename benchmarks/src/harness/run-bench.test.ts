import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, smokePlan } from './bench.ts';
import { documentText } from './document.ts';
import { runBench } from './run-bench.ts';
import type { BenchSubject } from './subject.ts';

/** The source of a subject that increments; `n` is the operation, `runs` counts its handler's runs. */
const source = (operate: string, more = ''): string =>
	`(() => { let runs = 0; return { operate: ${operate}, isRight: (n, answer) => answer === n + 1,
	handlerRuns: () => runs, ${more} }; })()`;

const honest = source('async (n) => { runs++; return n + 1; }');
const slower = source('async (n) => { runs++; await new Promise(setImmediate); return n + 1; }');

/** A bench whose processes find their subjects in the URL itself. */
function benchOf(sources: Readonly<Record<string, string>>): Bench {
	const listed = Object.entries(sources).map(
		([id, text]) => `{ id: '${id}', load: async () => ({ start: async () => ${text} }) }`,
	);
	const code = `export const bench = { name: 'increment', subjects: [${listed}] };`;
	const subjects = Object.keys(sources).map((id): BenchSubject => {
		const load = () => Promise.reject(new Error('only its own process loads a subject'));
		return { id, subject: id, variant: 'only one', load };
	});
	return {
		name: 'increment',
		url: `data:text/javascript,${encodeURIComponent(code)}`,
		about: ['Adds one.'],
		unit: 'additions/s',
		concurrencies: [1, 3],
		subjects,
		own: ['slower'],
		ratios: [],
		packages: [],
	};
}

test('honest subjects get a row each, and the document names who is faster', async () => {
	const result = await runBench(benchOf({ honest, slower }), smokePlan);
	const rows = result.measured.map(({ row }) => `${row.subject} ${row.concurrency}`);
	assert.deepEqual(rows, ['honest 1', 'slower 1', 'honest 3', 'slower 3']);
	assert.match(documentText([result]), /^- 3 callers: honest \(only one\) [\d.]+x$/m);
});

test('whoever cannot take part is named with the reason, and what it is compared in is left out', async () => {
	const bench = benchOf({ honest, slower, elsewhere: 'nothing.at.all' });
	const compared = { name: 'against what is away', of: 'honest', concurrency: 1 };
	const result = await runBench(
		{
			...bench,
			subjects: bench.subjects.map((subject) =>
				subject.id === 'elsewhere' ? { ...subject, missing: () => 'it is not installed' } : subject,
			),
			ratios: [
				{ ...compared, against: 'elsewhere' },
				{ ...compared, name: 'CPU', against: 'slower', figure: 'cpuUsPerOp' },
			],
		},
		smokePlan,
	);
	assert.deepEqual(Object.keys(result.comparison.ratios), ['CPU']);
	const cpuOf = (id: string): number =>
		result.measured.find((one) => one.id === id && one.row.concurrency === 1)?.row.cpuUsPerOp ?? 0;
	const measured = result.comparison.ratios.CPU ?? 0;
	assert.ok(Math.abs(measured - cpuOf('slower') / cpuOf('honest')) <= 0.005);
	const text = documentText([result]);
	assert.match(text, /^- elsewhere \(only one\): it is not installed$/m);
	assert.match(text, /^\| against what is away \| {2}\| {2}\| not measured \|$/m);
});

test('only subjects of one group are compared', async () => {
	const bench = benchOf({ honest, slower, apart: honest });
	const subjects = bench.subjects.map((subject) => ({
		...subject,
		group: subject.id === 'apart' ? 'B' : 'A',
	}));
	const result = await runBench({ ...bench, subjects, own: ['slower', 'apart'] }, smokePlan);
	const text = documentText([result]);
	assert.match(text, /^- A, 1 caller: honest \(only one\) [\d.]+x$/m);
	assert.match(text, /^- B, 3 callers: nobody$/m);
	assert.match(text, /^- B, CPU per operation: nobody$/m);
});

test('what it takes to have a subject stands in its row and in the table', async () => {
	const footprint = '{ processes: 3, linesOfCode: 1234, coldStartMs: 56.7 }';
	const bench = benchOf({
		small: source('async (n) => { runs++; return n + 1; }', `footprint: ${footprint}`),
	});
	const result = await runBench({ ...bench, own: ['small'] }, smokePlan);
	const { processes, linesOfCode, coldStartMs } = result.measured[0]?.row ?? {};
	assert.deepEqual([processes, linesOfCode, coldStartMs], [3, 1234, 56.7]);
	assert.match(documentText([result]), /\| 3 \| 1,234 \| 57 \|$/m);
});

const neverRan = /^increment: liar \(only one\): \d+ operations ended but handlers ran 0 times/;
const wrongAnswers = /\d+ of \d+ answers were wrong/;
const ranTwice = /operations ended but handlers ran \d+ times/;
const unproven = honest.replace(
	'{ operate',
	'{ prove: async () => { throw Error("off"); }, operate',
);

for (const [what, liar, reason] of [
	['the handler never ran', source('async (n) => n + 1'), neverRan],
	['the handler ran twice', source('async (n) => { runs += 2; return n + 1; }'), ranTwice],
	['answers were wrong', source('async (n) => { runs++; return 1; }'), wrongAnswers],
	['an operation failed', source('async (n) => { throw Error("refused"); }'), /refused/],
	['a policy was not in force', unproven, /off/],
	['a subject did not start', 'nothing.at.all', /nothing is not defined/],
	['a process ended', 'process.exit(3)', /its process ended with 3/],
] as const) {
	test(`there are no figures when ${what}`, async () => {
		await assert.rejects(runBench(benchOf({ liar }), smokePlan), { message: reason });
	});
}
