import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Finding } from '../findings/investigate.ts';
import { type Regression, readRegressions } from '../findings/regression.ts';
import { findingText } from '../findings/text.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { AppUrl } from './options.ts';
import { investigateSeed, neverHappened, runSeed, type SeedOptions } from './seeds.ts';
import { type Simulation, type SimulationOptions, simulation } from './simulation.ts';

export interface SimTestOptions extends SimulationOptions {
	/** How many seeds to run, from 1 on, or which ones; 10 when absent. */
	readonly seeds?: number | readonly number[];
	/**
	 * `import.meta.resolve('./regressions/')`, the folder of earlier findings, which are replayed
	 * first; none when absent.
	 */
	readonly regressions?: string;
}

/**
 * Registers a test (node:test) that runs a scenario over some seeds. It fails at the first seed with a
 * finding, which it shrinks and prints together with the line that replays it, and when one of the
 * scenario's `sometimes` never happened.
 *
 * @example
 * simTest('greetings', import.meta.resolve('./app.ts'), { instances: 3, seeds: 20 }, async (world) => {
 *   await world.client(Greeter).greet({ name: 'Ada' });
 * });
 */
export function simTest(
	name: string,
	app: AppUrl,
	options: SimTestOptions,
	scenario: Scenario,
): void {
	const { seeds = 10, regressions, ...own } = options;
	const subject = simulation(name, app, own, scenario);
	const numbers =
		typeof seeds === 'number' ? Array.from({ length: seeds }, (_, index) => index + 1) : seeds;
	test(name, async () => {
		for (const { seed, only } of earlier(regressions, name))
			await expectNothing(subject, { seed, only });
		const reports = [];
		for (const seed of numbers) reports.push(await expectNothing(subject, { seed }));
		const never = neverHappened(reports);
		if (never.length === 0) return;
		throw new Error(
			`Over ${reports.length} seeds these never happened, so they were not tested: ${never.join('; ')}.`,
		);
	});
}

function earlier(folderUrl: string | undefined, name: string): readonly Regression[] {
	return folderUrl === undefined ? [] : readRegressions(fileURLToPath(folderUrl), name);
}

async function expectNothing(subject: Simulation, options: SeedOptions) {
	const report = await runSeed(subject, options);
	if (report.failures.length === 0) return report;
	const finding = await investigateSeed(subject, options, report, { triesMax: 60 });
	throw new Error(`${findingText(subject.name, finding)}\n\n${replayHint(subject, finding)}`);
}

function replayHint({ name }: Simulation, { seed, only }: Finding): string {
	const options = `{ seed: ${seed}, only: ${JSON.stringify(only)}, entries: 1000 }`;
	return `  Replay '${name}': simulate(app, ${options}, scenario)`;
}
