import { type Command, Option } from 'commander';
import { collected, parseDuration, parseList, wholeNumber } from '../terminal/arguments.ts';

/** `flotilla sim` as it was typed. */
export interface SimArguments {
	readonly seeds?: number;
	readonly seed?: number;
	readonly random?: boolean;
	readonly simulation?: readonly string[];
	readonly faults?: readonly string[];
	/** Virtual milliseconds. */
	readonly for?: number;
	readonly jobs?: number;
	readonly shrinkTries?: number;
	readonly save: boolean;
	readonly trace?: boolean;
	readonly json?: boolean;
}

const SEEDS_MAX = 10_000_000;
const JOBS_MAX = 64;
const TRIES_MAX = 100_000;

/** `flotilla sim`: runs simulations over many seeds. */
export function addSim(program: Command): void {
	program
		.command('sim')
		.description('Runs services in a simulated world whose network, machines and clocks fail')
		.argument('[PATH]', 'a folder, in which all *.sim.ts are run; a file; or a saved finding', '.')
		.option('--seeds <N>', 'how many seeds to run (standard: 20)', wholeNumber(1, SEEDS_MAX))
		.option('--seed <S>', 'the first seed; alone: only this one', wholeNumber(0, 2 ** 52))
		.addOption(new Option('--random', 'begin with a seed that nobody has chosen').conflicts('seed'))
		.option('--simulation <NAME>', 'only this simulation; may be given again', collected)
		.option(
			'--faults <NAMES>',
			'only these faults: all, none, or names such as network.*,process.crash',
			parseList,
		)
		.option(
			'--for <DURATION>',
			'how long faults strike in virtual time, such as 30s',
			parseDuration,
		)
		.option(
			'--jobs <J>',
			'runs at once (standard: one for each core, at most 8)',
			wholeNumber(1, JOBS_MAX),
		)
		.option(
			'--shrink-tries <N>',
			'runs that shrinking a finding may take',
			wholeNumber(0, TRIES_MAX),
		)
		.option('--no-save', 'write no findings into files')
		.option('--trace', 'print everything that happens in one run')
		.option('--json', 'JSON: an object for each run, then a summary')
		.addHelpText('after', EXAMPLES)
		.action(async (path: string, options: SimArguments) => {
			const { runSim } = await import('./run.ts');
			process.exitCode = await runSim(path, options);
		});
}

const EXAMPLES = `
Examples:
  flotilla sim examples/shop --seeds 200
  flotilla sim shop.sim.ts --random --seeds 1000 --faults network.*,process.crash --for 2m
  flotilla sim shop.sim.ts --seed 42 --trace
  flotilla sim regressions/stock-is-never-negative-42-1c9f0e.json --trace

Exit codes: 0 nothing found, 1 findings, 2 it could not run, 130 stopped by Ctrl-C`;
