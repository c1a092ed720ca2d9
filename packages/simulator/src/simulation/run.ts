import type { App } from 'flotilla';
import { type DriveEnd, type DriveOptions, drive } from '../drive/drive.ts';
import { Chance } from '../kernel/chance.ts';
import { Kernel } from '../kernel/kernel.ts';
import { framesOf, messageOf, nameOf } from '../scenario/assertions.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { drawSwarm, selectFaults } from '../scenario/swarm.ts';
import { inspect } from './inspect.ts';
import { type AppUrl, checkInstances, defaults, type SimulateOptions, urlsOf } from './options.ts';
import type { Report } from './report.ts';
import { SimulatedWorld } from './simulated-world.ts';

/** One run: prepares a world, drives it to its end, and reports. */
export async function runOnce(
	app: AppUrl,
	options: SimulateOptions,
	scenario: Scenario,
): Promise<Report> {
	const { seed, entries = defaults.entries, faults = defaults.faults } = options;
	const { replacements, ownPlatform, ownPackages } = options;
	const load = {
		...(replacements !== undefined && { replacements }),
		...(ownPlatform !== undefined && { ownPlatform }),
		ownPackages,
	};
	const urls = urlsOf(app);
	selectFaults(faults);
	const inspected: App = await inspect(urls.old, load);
	checkInstances(inspected, options);
	const startedMs = performance.now();
	const only = options.only === undefined ? undefined : new Set(options.only);
	const weights = drawSwarm(new Chance(seed), faults);
	const kernel = new Kernel({ seed, weights, only, entries });
	const world = new SimulatedWorld({ kernel, app: inspected, urls, load, options, scenario });
	world.start();
	const drain: DriveOptions = options.drain === undefined ? {} : { drain: options.drain };
	const end = await drive(kernel, () => world.done, {
		...drain,
		onConsole: ({ machine, method, text }) =>
			kernel.note(machine, 'console', text, () => `${method} ${text}`),
	});
	judge(end, world);
	world.close();
	const { trace, nowMs } = kernel;
	return {
		seed,
		traceHash: trace.hash,
		checkpoints: trace.checkpoints,
		failures: world.failures,
		faults: kernel.faults.records,
		sometimes: world.sometimesCounts,
		events: trace.count,
		virtualMs: nowMs,
		realMs: performance.now() - startedMs,
		entries: trace.entries,
		messages: world.messages,
		logs: world.logs,
	};
}

function judge(end: DriveEnd, world: SimulatedWorld): void {
	if (end.kind === 'idle') {
		world.fail('no progress', 'the scenario', 'nothing is left that could happen');
	} else if (end.kind === 'failed') {
		const { kind, machine, error, escape: escaped } = end.failure;
		const where = `on ${machine}: ${messageOf(error)}${framesOf(error)}`;
		const name = kind === 'escape' ? (escaped?.name ?? 'escape') : nameOf(error);
		const failure = kind === 'uncaught' || kind === 'unhandled-rejection' ? 'unhandled' : kind;
		world.fail(failure, name, where);
	}
}
