import { randomInt } from 'node:crypto';
import { type BatchOptions, replayOptionsOf, selectFaults } from '@flotilla/simulator';
import { UsageError } from '../usage-error.ts';
import type { SimArguments } from './command.ts';
import { findTarget, type Target } from './simulation-files.ts';

/** What is to be run, and how it is shown. */
export interface SimRequest {
	readonly target: Target;
	readonly batch: BatchOptions;
	readonly shows: 'text' | 'json' | 'trace';
	/** Whether findings are written into files. */
	readonly saves: boolean;
}

const SEEDS = 20;
/** How many of the last things that happened a trace has. */
const TRACE_ENTRIES = 500_000;
/** Small enough to be typed, large enough to be new. */
const RANDOM_MAX = 2 ** 31;

/** @throws {UsageError} What was typed does not go together, or names something that there is not. */
export function requestOf(path: string, typed: SimArguments): SimRequest {
	const target = findTarget(path);
	const { regression } = target;
	const { trace = false, json = false, simulation, jobs, shrinkTries } = typed;
	const seeds = regression === undefined ? seedsOf(typed) : [regression.seed];
	if (regression !== undefined) refuseBesideRegression(typed);
	if (trace && seeds.length > 1) {
		throw new UsageError('--trace prints one run: choose it by --seed S, without --seeds.');
	}
	const simulations = regression === undefined ? simulation : [regression.simulation];
	return {
		target,
		shows: trace ? 'trace' : json ? 'json' : 'text',
		saves: typed.save && regression === undefined,
		batch: {
			files: target.files,
			seeds,
			options: runOptionsOf(typed, target),
			// Who asks for one seed wants to see that one.
			regressions: typed.seed === undefined && regression === undefined,
			...(simulations !== undefined && { simulations }),
			...(jobs !== undefined && { jobs }),
			...(trace
				? { shrinkTriesMax: 0 }
				: shrinkTries !== undefined && { shrinkTriesMax: shrinkTries }),
		},
	};
}

function seedsOf({ seed, seeds, random = false, trace = false }: SimArguments): readonly number[] {
	const first = seed ?? (random ? randomInt(RANDOM_MAX) : 1);
	const length = seeds ?? (seed === undefined && !trace ? SEEDS : 1);
	return Array.from({ length }, (_, index) => first + index);
}

function runOptionsOf(
	typed: SimArguments,
	{ regression }: Target,
): NonNullable<BatchOptions['options']> {
	const { trace = false, for: forMs } = typed;
	return {
		...(typed.faults !== undefined && { faults: faultsOf(typed.faults) }),
		...(forMs !== undefined && { forMs }),
		...(trace && { entries: TRACE_ENTRIES }),
		...(regression !== undefined && replayOptionsOf(regression)),
	};
}

function faultsOf(names: readonly string[]): 'all' | 'none' | readonly string[] {
	const [name] = names;
	if (names.length === 1 && (name === 'all' || name === 'none')) return name;
	try {
		return selectFaults(names);
	} catch (error) {
		throw new UsageError((error as Error).message);
	}
}

/** A saved finding is one seed and its faults, and nothing else replays it. */
function refuseBesideRegression(typed: SimArguments): void {
	const { seed, seeds, random, simulation, faults, for: forMs } = typed;
	const given = { seed, seeds, random, simulation, faults, for: forMs };
	const name = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
	if (name === undefined) return;
	throw new UsageError(`A saved finding says itself what to run: leave out --${name}.`);
}
