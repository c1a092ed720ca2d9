import { basename, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findingText } from '../findings/text.ts';
import { seedsFrom } from '../simulation/sim-test.ts';
import { type BatchFinding, type BatchOptions, type BatchResult, runBatch } from './batch.ts';

/** With which seeds the simulations of a file are tested, and how many at once. */
export interface SimTestsOptions {
	/** How many seeds of each simulation to run, from 1 on, or which ones; 10 when absent. */
	readonly seeds?: number | readonly number[];
	/** How many runs at once, each in a worker thread; one for each core, at most 8, when absent. */
	readonly jobs?: number;
	/** How long faults strike, in virtual milliseconds; as each simulation says when absent. */
	readonly forMs?: number;
}

/** Shrinking may take so many runs: a test that fails should still end. */
const SHRINK_TRIES = 60;

/**
 * Registers tests (node:test) for all simulations that a file exports: one test for each of them, which
 * replays the findings saved in `regressions/` beside the file and runs some seeds. It fails when
 * anything is found, which it shrinks and prints with the line that replays it, and, from 20 seeds on,
 * when a `sometimes` never happened.
 *
 * @param file The URL of the file, such as `import.meta.resolve('./shop.sim.ts')`.
 * @example
 * simTests(import.meta.resolve('./shop.sim.ts'), { seeds: 20 });
 */
export function simTests(file: string, options: SimTestsOptions = {}): void {
	const { seeds = 10, jobs, forMs } = options;
	const batch: BatchOptions = {
		files: [file],
		seeds: seedsFrom(seeds),
		regressions: true,
		shrinkTriesMax: SHRINK_TRIES,
		...(jobs !== undefined && { jobs }),
		...(forMs !== undefined && { options: { forMs } }),
	};
	test(basename(fileURLToPath(file)), async (context) => {
		const result = await runBatch(batch);
		for (const { name } of result.simulations) {
			await context.test(name, (own) => {
				const problems = problemsOf(result, name);
				if (problems.length > 0) throw new Error(problems.join('\n\n'));
				for (const never of neverIn(result, name)) own.diagnostic(`never happened: ${never}`);
			});
		}
	});
}

function problemsOf(result: BatchResult, name: string): readonly string[] {
	const problems = result.findings
		.filter(({ simulation }) => simulation.name === name)
		.map(problemOf);
	const never = result.neverCounts ? neverIn(result, name) : [];
	if (never.length > 0) {
		problems.push(`These never happened, so they were not tested: ${never.join('; ')}.`);
	}
	return problems;
}

function neverIn({ never }: BatchResult, simulation: string): readonly string[] {
	return never.filter((one) => one.simulation.name === simulation).map(({ name }) => name);
}

function problemOf(finding: BatchFinding): string {
	const { simulation, seed, failure, investigated, regression, remark } = finding;
	const what =
		investigated === undefined
			? `${failure.kind}: ${failure.name}\n  ${failure.message}\n  seed ${seed}`
			: findingText(simulation.name, investigated);
	const path = relative(process.cwd(), regression ?? fileURLToPath(simulation.file));
	return [
		what,
		...(remark === undefined ? [] : ['', `  ${remark}`]),
		'',
		regression === undefined
			? `  Save and draw it:  npx flotilla sim ${path} --seed ${seed} --simulation '${simulation.name}'`
			: `  An earlier finding has come back:  npx flotilla sim ${path} --trace`,
	].join('\n');
}
