import { type Bench, fullPlan } from './bench.ts';
import type { BenchResult } from './run-bench.ts';
import { figuresTable, losses, markdown, ratiosTable, savings } from './table.ts';

/** docs/reference/benchmarks.md: everything in it comes from one run. */
export function documentText(results: readonly BenchResult[]): string {
	return `${[...opening(results), ...results.flatMap(chapter)].join('\n\n')}\n`;
}

function opening(results: readonly BenchResult[]): string[] {
	const { machine = '', date = '' } = results[0]?.comparison ?? {};
	const versions = Object.assign({}, ...results.map(({ comparison }) => comparison.versions));
	const versionText = Object.entries(versions)
		.map(([name, version]) => `${name} ${version}`)
		.join(', ');
	return [
		'# Benchmarks',
		'Flotilla beside its peers, measured in one run of one command, which also wrote this page:',
		'```sh\nnpm run bench -- all\n```',
		[`- Machine: ${machine}`, `- Versions: ${versionText}`, `- Started: ${date}`].join('\n'),
		'Absolute figures belong to that machine in that minute. What carries over to another machine are the ratios, and those only roughly: run the command on yours.',
		'## How it is measured',
		[
			`- Every subject runs in a process of its own, so that neither the just-in-time compiler nor the collector mixes them up. The processes stand ready together and work one at a time: ${planText({})}, interleaved, every other round in reverse order. Where a chapter wants another plan, it says so.`,
			'- Each operation has another input, each answer is checked, and after each round the handler must have run exactly once for each operation. Otherwise there are no figures at all.',
			'- After the last round each variant proves that what its name promises was in force, by calls that it must refuse, cut off or repeat, and by counting the spans and metrics of the rounds.',
			'- Throughput is the median of the rounds, with the slowest and the fastest beside it. Percentiles come from operations sampled about every 0.1 ms. CPU is all of the process, with its compiler and collector threads. RSS is the most after any round, and both numbers of callers share a process. The event loop turns at least every 5 ms.',
			'- Where a subject serves HTTP, the process of its own makes the load: one client for all of them, on bare sockets, a connection kept alive for each caller. Its own work is not counted. CPU and RSS are then those of the processes that serve, all of them: every service, the gateway, every worker of nginx, every process of the database server. Shared pages count in each process, so RSS is an upper bound.',
		].join('\n'),
	];
}

function chapter(result: BenchResult): string[] {
	const { bench, absent } = result;
	return [
		`## ${bench.name}`,
		`\`npm run bench -- ${bench.name}\``,
		...bench.about,
		...(bench.plan === undefined ? [] : [`Here: ${planText(bench.plan)}.`]),
		...(absent.length === 0 ? [] : [missing(absent)]),
		markdown(figuresTable(result)),
		'### Reading it',
		markdown(ratiosTable(result)),
		'Faster than Flotilla in this run:',
		losses(result)
			.map((line) => `- ${line}`)
			.join('\n'),
		'Took less than Flotilla, each by the least of its rows:',
		savings(result)
			.map((line) => `- ${line}`)
			.join('\n'),
	];
}

function planText(plan: NonNullable<Bench['plan']>): string {
	const { rounds, roundMs, warmUpMs } = { ...fullPlan, ...plan };
	return `${warmUpMs / 1_000} s of warm-up for each number of callers, then ${rounds} rounds of ${roundMs} ms`;
}

function missing(absent: BenchResult['absent']): string {
	const lines = absent.map(
		({ listed, reason }) => `- ${listed.subject} (${listed.variant}): ${reason}`,
	);
	return ['Not in this run:', '', ...lines].join('\n');
}
