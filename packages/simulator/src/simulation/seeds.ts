import { type Finding, investigate } from '../findings/investigate.ts';
import type { SimulateOptions } from './options.ts';
import type { Report } from './report.ts';
import { simulate } from './simulate.ts';
import type { Simulation } from './simulation.ts';

/** How one seed of a simulation is run. */
export type SeedOptions = Pick<SimulateOptions, 'seed'> &
	Partial<
		Pick<
			SimulateOptions,
			'only' | 'entries' | 'replacements' | 'ownPlatform' | 'drain' | 'faults' | 'forMs'
		>
	>;

/** Runs one seed of a simulation. */
export function runSeed(simulation: Simulation, options: SeedOptions): Promise<Report> {
	const { app, options: own, scenario } = simulation;
	return simulate(app, { ...own, ...options }, scenario);
}

/** Finds out what it takes to bring a failure of a seed about; see `investigate`. */
export function investigateSeed(
	simulation: Simulation,
	options: SeedOptions,
	report: Report,
	shrinking?: Parameters<typeof investigate>[2],
): Promise<Finding> {
	return investigate(report, (more) => runSeed(simulation, { ...options, ...more }), shrinking);
}

/** The `sometimes` of a batch that never happened. */
export function neverHappened(reports: readonly Pick<Report, 'sometimes'>[]): readonly string[] {
	const counts = new Map<string, number>();
	for (const { sometimes } of reports) {
		for (const [name, count] of Object.entries(sometimes)) {
			counts.set(name, (counts.get(name) ?? 0) + count);
		}
	}
	return [...counts].filter(([, count]) => count === 0).map(([name]) => name);
}
