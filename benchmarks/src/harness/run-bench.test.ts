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
		own: 'slower',
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
