// Each subject has a process of its own: in a shared one, the call sites of the harness and of
// libraries that subjects share would see all subjects and be compiled for none, one subject's
// garbage would be collected in another's round, Moleculer would add to everybody's
// Promise.prototype, and memory and processor time could not be told apart. All processes stand
// ready through all rounds, and only one of them works at a time; what disturbs the machine for a
// while then falls on all subjects alike.
import type { Bench, Plan } from './bench.ts';
import { type Comparison, type Measured, measuredOf, ratioOf } from './figures.ts';
import { installedVersions, machineText } from './machine.ts';
import type { Round } from './meter.ts';
import { Progress } from './progress.ts';
import type { BenchSubject } from './subject.ts';
import { SubjectChild } from './subject-child.ts';

export interface BenchResult {
	readonly bench: Bench;
	readonly measured: readonly Measured[];
	/** Who could not take part, and why. */
	readonly absent: readonly Absent[];
	readonly comparison: Comparison;
}

export interface Absent {
	readonly listed: BenchSubject;
	readonly reason: string;
}

/** @throws {Error} When a subject does not do what it is measured for: then there are no figures. */
export async function runBench(bench: Bench, plan: Plan): Promise<BenchResult> {
	const machine = machineText();
	const date = new Date().toISOString();
	const children: SubjectChild[] = [];
	const absent: Absent[] = [];
	bench.prepare?.();
	try {
		for (const listed of bench.subjects) {
			const reason = listed.missing?.();
			if (reason === undefined) children.push(await SubjectChild.start(bench, listed));
			else absent.push({ listed, reason });
		}
		const measured = await measure(bench, plan, children);
		for (const child of children) {
			await child.prove();
			await child.close();
		}
		const ratios: Record<string, number> = {};
		for (const ratio of bench.ratios) {
			const value = ratioOf(measured, ratio);
			if (value !== undefined) ratios[ratio.name] = value;
		}
		const versions = await versionsOf(bench);
		const comparison = { bench: bench.name, ratios, machine, versions, date };
		return { bench, measured, absent, comparison };
	} finally {
		await Promise.all(children.map((child) => child.stop()));
	}
}

async function versionsOf(bench: Bench): Promise<Record<string, string>> {
	const versions = installedVersions(bench.packages);
	for (const [name, version] of Object.entries((await bench.otherVersions?.()) ?? {})) {
		if (version !== undefined) versions[name] = version;
	}
	return versions;
}

async function measure(
	bench: Bench,
	plan: Plan,
	children: readonly SubjectChild[],
): Promise<readonly Measured[]> {
	// What is compared with each other comes right after each other.
	const series = bench.concurrencies.flatMap((concurrency) =>
		children.map((child) => ({ child, concurrency, rounds: [] as Round[] })),
	);
	const progress = new Progress(
		bench.name,
		series.length * (plan.warmUpMs + plan.rounds * plan.roundMs),
	);
	for (const { child, concurrency } of series) {
		await child.warmUp(concurrency, plan.warmUpMs);
		progress.done(plan.warmUpMs);
	}
	for (let round = 0; round < plan.rounds; round++) {
		// There and back again: nobody always comes after the same neighbour.
		for (const { child, concurrency, rounds } of round % 2 === 0 ? series : series.toReversed()) {
			rounds.push(await child.round(concurrency, plan.roundMs));
			progress.done(plan.roundMs);
		}
	}
	progress.clear();
	return series.map(({ child, concurrency, rounds }) =>
		measuredOf(bench, child.listed, concurrency, rounds, child.footprint),
	);
}
