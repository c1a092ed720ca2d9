import { fullPlan } from './bench.ts';
import type { BenchResult } from './run-bench.ts';
import { figuresTable, losses, markdown, ratiosTable } from './table.ts';

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
	const { rounds, roundMs, warmUpMs } = fullPlan;
	return [
		'# Benchmarks',
		'Flotilla beside its peers, measured in one run of one command, which also wrote this page:',
		'```sh\nnpm run bench -- all\n```',
		[`- Machine: ${machine}`, `- Versions: ${versionText}`, `- Started: ${date}`].join('\n'),
		'Absolute figures belong to that machine in that minute. What carries over to another machine are the ratios, and those only roughly: run the command on yours.',
		'## How it is measured',
		[
			`- Every subject runs in a process of its own, so that neither the just-in-time compiler nor the collector mixes them up. The processes stand ready together and work one at a time: ${warmUpMs / 1_000} s of warm-up for each number of callers, then ${rounds} rounds of ${roundMs} ms, interleaved, every other round in reverse order.`,
			'- Each operation has another input, each answer is checked, and after each round the handler must have run exactly once for each operation. Otherwise there are no figures at all.',
			'- After the last round each variant proves that what its name promises was in force, by calls that it must refuse, cut off or repeat, and by counting the spans and metrics of the rounds.',
			'- Throughput is the median of the rounds, with the slowest and the fastest beside it. Percentiles come from operations sampled about every 0.1 ms. CPU is all of the process, with its compiler and collector threads. RSS is the most after any round, and both numbers of callers share a process. The event loop turns at least every 5 ms.',
		].join('\n'),
	];
}

function chapter(result: BenchResult): string[] {
	const { bench } = result;
	return [
		`## ${bench.name}`,
		`\`npm run bench -- ${bench.name}\``,
		...bench.about,
		markdown(figuresTable(result)),
		'### Reading it',
		markdown(ratiosTable(result)),
		'Faster than Flotilla in this run:',
		losses(result)
			.map((line) => `- ${line}`)
			.join('\n'),
	];
}
