// `npm run mutants`: proves that the simulator finds bugs. Each mutant must be found in each of five
// ranges of seeds, and the code without it must be clean on all of them. With --ranges 1 only the
// first, as CI does; with --write it puts the table into docs/reference/bug-bank.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runBatch } from '@flotilla/simulator';
import { bank } from './bank.ts';
import { type Mutant, replacementsOf } from './mutant.ts';

const SEEDS_IN_RANGE = 200;
const RANGES = 5;

const shop = new URL('../../examples/shop/app/src/shop.sim.ts', import.meta.url).href;

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		ranges: { type: 'string', default: String(RANGES) },
		seeds: { type: 'string', default: String(SEEDS_IN_RANGE) },
		write: { type: 'boolean', default: false },
	},
});
const seedsInRange = Number(values.seeds);
const ranges = Array.from({ length: Number(values.ranges) }, (_, index) =>
	Array.from({ length: seedsInRange }, (__, seed) => index * SEEDS_IN_RANGE + seed + 1),
);
const wanted = bank.filter(
	({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
);

/** How a mutant fared in one range of seeds. */
interface Found {
	/** How many runs it took; `undefined`: it was not found. */
	readonly runs: number | undefined;
	/** By which failure. */
	readonly by: string;
}

let missed = 0;
const rows: string[] = [];
for (const mutant of wanted) {
	const found: Found[] = [];
	for (const seeds of ranges) found.push(await hunt(mutant, seeds));
	missed += found.filter(({ runs }) => runs === undefined).length;
	rows.push(rowOf(mutant, found));
	console.log(rows.at(-1));
}
const clean = positionals.length === 0 ? await checkClean() : { findings: 0, runs: 0 };
missed += clean.findings;
if (values.write)
	writeFileSync(new URL('../../docs/reference/bug-bank.md', import.meta.url), page());
process.exitCode = missed > 0 ? 1 : 0;

async function hunt(mutant: Mutant, seeds: readonly number[]): Promise<Found> {
	if (mutant.isUnrepeatable) return huntByRepeating(mutant, seeds);
	let runs = 0;
	const { findings } = await runBatch({
		files: [shop],
		simulations: mutant.simulations,
		seeds,
		findingsMax: 1,
		shrinkTriesMax: 0,
		options: { replacements: replacementsOf(mutant) },
		on: { ran: () => runs++ },
	});
	const [finding] = findings;
	return finding === undefined
		? { runs: undefined, by: '' }
		: { runs, by: `${finding.failure.kind}: ${finding.failure.name}` };
}

/** Runs every seed twice, until two runs of one seed part. */
async function huntByRepeating(mutant: Mutant, seeds: readonly number[]): Promise<Found> {
	const options = { replacements: replacementsOf(mutant) };
	for (const [index, seed] of seeds.entries()) {
		const hashes = new Set<string>();
		await runBatch({
			files: [shop],
			simulations: mutant.simulations,
			seeds: [seed, seed],
			shrinkTriesMax: 0,
			options,
			on: { ran: ({ report }) => hashes.add(report?.traceHash ?? '') },
		});
		if (hashes.size > 1) return { runs: 2 * (index + 1), by: 'two hashes of one seed' };
	}
	return { runs: undefined, by: '' };
}

async function checkClean(): Promise<{ readonly findings: number; readonly runs: number }> {
	const sum = { findings: 0, runs: 0 };
	for (const seeds of ranges) {
		const { findings, runs } = await runBatch({ files: [shop], seeds, shrinkTriesMax: 0 });
		for (const { simulation, seed, failure } of findings) {
			console.log(
				`UNMUTATED ${simulation.name} seed ${seed}: ${failure.kind}: ${failure.name}: ${failure.message}`,
			);
		}
		sum.findings += findings.length;
		sum.runs += runs;
		console.log(
			`unmutated, seeds ${seeds[0]} to ${seeds.at(-1)}: ${findings.length} findings in ${runs} runs`,
		);
	}
	return sum;
}

function rowOf({ name, story }: Mutant, found: readonly Found[]): string {
	const by = new Set(found.map((one) => one.by).filter((text) => text !== ''));
	const cells = found.map(({ runs }) => (runs === undefined ? '**missed**' : String(runs)));
	return `| ${name} | ${story} | ${[...by].join('<br>')} | ${cells.join(' | ')} |`;
}

function page(): string {
	const heads = ranges.map((seeds) => `${seeds[0]} to ${seeds.at(-1)}`);
	return `# Bug bank

Bugs as somebody might write them, each a small change of one file that is made in a run only. A simulator that finds nothing is worth
nothing, so each must be found in each of ${ranges.length} ranges of ${seedsInRange} seeds, and the code without it must be clean on all of them.
The numbers say how many runs it took. The code without them: ${clean.findings} findings in ${clean.runs} runs.

Made by \`npm run mutants -- --write\` from \`tests/mutants/bank.ts\`; \`npm run test:all\` tries the first range.

| bug | what somebody thought | found as | ${heads.join(' | ')} |
|---|---|---|${heads.map(() => '---|').join('')}
${rows.join('\n')}
`;
}
