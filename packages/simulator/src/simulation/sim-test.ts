import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Finding } from '../findings/investigate.ts';
import { readRegressions, replayOptionsOf, type SavedRegression } from '../findings/regression.ts';
import { findingText } from '../findings/text.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { AppUrl } from './options.ts';
import { investigateSeed, neverHappened, runSeed, type SeedOptions } from './seeds.ts';
import { type Simulation, type SimulationOptions, simulation } from './simulation.ts';

/** Which runs a test makes. */
export interface SimTestRuns {
	/** How many seeds to run, from 1 on, or which ones; 10 when absent. */
	readonly seeds?: number | readonly number[];
	/**
	 * `import.meta.resolve('./regressions/')`, the folder of earlier findings, which are replayed
	 * first; none when absent.
	 */
	readonly regressions?: string;
}

/** Options of a simulation, and the seeds of its test. */
export interface SimTestOptions extends SimulationOptions, SimTestRuns {}

/**
 * Registers a test (node:test) that runs a scenario over some seeds. It fails at the first seed with a
 * finding, which it shrinks and prints together with the line that replays it, and when one of the
 * scenario's `sometimes` never happened. For the simulations of a file there is `simTests`.
 *
 * @example
 * simTest('greetings', import.meta.resolve('./app.ts'), { instances: 3, seeds: 20 }, async (world) => {
 *   await world.client(Greeter).greet({ name: 'Ada' });
 * });
 * @example
 * simTest(greetings, { seeds: 20 }); // where there is a `simulation` already
 */
export function simTest(
	name: string,
	app: AppUrl,
	options: SimTestOptions,
	scenario: Scenario,
): void;
export function simTest(simulation: Simulation, runs?: SimTestRuns): void;
export function simTest(
	first: string | Simulation,
	second: AppUrl | SimTestRuns = {},
	options: SimTestOptions = {},
	scenario?: Scenario,
): void {
	if (typeof first !== 'string') {
		register(first, second as SimTestRuns);
		return;
	}
	const { seeds, regressions, ...own } = options;
	const runs = { ...(seeds !== undefined && { seeds }), ...(regressions && { regressions }) };
	register(simulation(first, second as AppUrl, own, scenario as Scenario), runs);
}

function register(subject: Simulation, { seeds = 10, regressions }: SimTestRuns): void {
	const numbers = seedsFrom(seeds);
	test(subject.name, async () => {
		for (const regression of earlier(regressions, subject.name)) {
			await expectNothing(subject, replayOptionsOf(regression));
		}
		const reports = [];
		for (const seed of numbers) reports.push(await expectNothing(subject, { seed }));
		const never = neverHappened(reports);
		if (never.length === 0) return;
		throw new Error(
			`Over ${reports.length} seeds these never happened, so they were not tested: ${never.join('; ')}.`,
		);
	});
}

/** @param seeds How many, from 1 on, or which ones. */
export function seedsFrom(seeds: number | readonly number[]): readonly number[] {
	const list =
		typeof seeds === 'number' ? Array.from({ length: seeds }, (_, index) => index + 1) : seeds;
	if (list.length > 0) return list;
	throw new TypeError("'seeds' is empty: a test without a run shows nothing.");
}

function earlier(folderUrl: string | undefined, name: string): readonly SavedRegression[] {
	return folderUrl === undefined ? [] : readRegressions(fileURLToPath(folderUrl), name);
}

async function expectNothing(subject: Simulation, options: SeedOptions) {
	const report = await runSeed(subject, options);
	if (report.failures.length === 0) return report;
	const finding = await investigateSeed(subject, options, report, { triesMax: 60 });
	throw new Error(`${findingText(subject.name, finding)}\n\n${replayHint(subject, finding)}`);
}

function replayHint({ name }: Simulation, { seed, only }: Finding): string {
	const faults = only === undefined ? '' : ` only: ${JSON.stringify(only)},`;
	const options = `{ seed: ${seed},${faults} entries: 1000 }`;
	return `  Replay '${name}': simulate(app, ${options}, scenario)`;
}
