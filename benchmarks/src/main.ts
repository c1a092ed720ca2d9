// `npm run bench -- NAME [--json] [--smoke]`; NAME is a bench or `all`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bench as checkout } from './checkout.ts';
import { bench as edge } from './edge.ts';
import { type Bench, fullPlan, smokePlan } from './harness/bench.ts';
import { documentText } from './harness/document.ts';
import { type BenchResult, runBench } from './harness/run-bench.ts';
import { figuresTable, plainText, ratiosTable } from './harness/table.ts';
import { runWithEngines } from './harness/with-engines.ts';
import { bench as localCall } from './local-call.ts';
import { bench as simulator } from './simulator.ts';

const benches: readonly Bench[] = [localCall, edge, checkout, simulator];

const DOCUMENT = 'docs/reference/benchmarks.md';

const usage = `npm run bench -- NAME [--json] [--smoke]

NAME      ${benches.map(({ name }) => name).join(', ')}, or all, which also writes ${DOCUMENT}
--json    one JSON object a line: a row for each subject and number of callers, then the ratios
--smoke   a short run that shows that everything works; its figures mean nothing`;

interface Asked {
	readonly chosen: readonly Bench[];
	readonly json: boolean;
	readonly smoke: boolean;
	/** Whether the figures become the document. */
	readonly writes: boolean;
}

/** @throws {Error} When the words are not what `usage` says. */
function parse(args: readonly string[]): Asked | 'help' {
	const flags = new Set(args.filter((arg) => arg.startsWith('-')));
	if (flags.has('--help')) return 'help';
	const json = flags.delete('--json');
	const smoke = flags.delete('--smoke');
	for (const flag of flags) throw new Error(`There is no flag '${flag}'.`);
	const [name, ...more] = args.filter((arg) => !arg.startsWith('-'));
	if (name === undefined) throw new Error('Which bench?');
	if (more.length > 0)
		throw new Error(`One bench at a time, or all: '${more.join(' ')}' is too much.`);
	const chosen = name === 'all' ? benches : benches.filter((bench) => bench.name === name);
	if (chosen.length === 0) throw new Error(`There is no bench '${name}'.`);
	return { chosen, json, smoke, writes: name === 'all' && !smoke };
}

function show(result: BenchResult, json: boolean): void {
	if (json) {
		for (const { row } of result.measured) console.log(JSON.stringify(row));
		console.log(JSON.stringify(result.comparison));
		return;
	}
	const { machine, versions } = result.comparison;
	const versionText = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
	console.log(`${result.bench.name}: ${machine}\n${versionText.join(', ')}\n`);
	console.log(`${plainText(figuresTable(result))}\n\n${plainText(ratiosTable(result))}`);
}

/** On standard error, so that `--json` stays what it is. */
function showVerified({ bench, measured, absent }: BenchResult): void {
	for (const { listed, reason } of absent) {
		console.error(`${bench.name}: SKIPPED ${listed.subject} (${listed.variant}): ${reason}`);
	}
	for (const { row, operations, handlerRuns } of measured) {
		const who = `${row.subject} (${row.variant}), callers: ${row.concurrency}`;
		console.error(
			`${bench.name}: ${who}: ${operations} operations, ${handlerRuns} handler runs, all answers right`,
		);
	}
}

async function main({ chosen, json, smoke, writes }: Asked): Promise<void> {
	// A smoke run starts no engine: it shows that the benches work, on whatever machine.
	const engines = smoke ? [] : chosen.flatMap((bench) => bench.engines ?? []);
	const status = runWithEngines(engines);
	if (status !== undefined) {
		process.exitCode = status;
		return;
	}
	const results: BenchResult[] = [];
	for (const bench of chosen) {
		const result = await runBench(bench, smoke ? smokePlan : { ...fullPlan, ...bench.plan });
		showVerified(result);
		show(result, json);
		results.push(result);
	}
	if (!writes) return;
	const path = fileURLToPath(new URL(`../../${DOCUMENT}`, import.meta.url));
	writeFileSync(path, documentText(results));
	console.error(`wrote ${DOCUMENT}`);
}

let asked: Asked | 'help';
try {
	asked = parse(process.argv.slice(2));
} catch (error) {
	console.error(`${(error as Error).message}\n\n${usage}`);
	process.exit(2);
}
if (asked === 'help') console.log(usage);
else {
	try {
		await main(asked);
	} catch (error) {
		console.error(`No figures: ${(error as Error).message}`);
		process.exitCode = 1;
	}
}
