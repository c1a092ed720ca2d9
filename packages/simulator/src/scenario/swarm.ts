import { type FaultName, faults } from 'flotilla/adapter';
import type { Chance } from '../kernel/chance.ts';

/** Faults by name; one that ends in `*` stands for all that begin with what is before it. */
export type FaultSelection = 'all' | 'none' | readonly string[];

/**
 * The faults that a selection names, in the order of the table.
 *
 * @throws {TypeError} A name that no fault has.
 */
export function selectFaults(selection: FaultSelection): readonly FaultName[] {
	const names = Object.keys(faults) as FaultName[];
	if (selection === 'all') return names;
	if (selection === 'none') return [];
	if (!Array.isArray(selection)) {
		throw new TypeError(`'faults' is ${String(selection)}: 'all', 'none', or a list of names.`);
	}
	const selected = new Set(
		selection.flatMap((wanted: string) => {
			const found = names.filter((name) => matches(name, wanted));
			if (found.length > 0) return found;
			throw new TypeError(`There is no fault '${wanted}'. There are: ${names.join(', ')}.`);
		}),
	);
	return names.filter((name) => selected.has(name));
}

function matches(name: string, wanted: string): boolean {
	return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

/**
 * Swarm testing (Groce et al., ISSTA 2012): each run switches on some of the faults only, with weights
 * of its own. Bugs hide when everything fails at once, because then nothing gets far enough.
 */
export function drawSwarm(
	chance: Chance,
	selection: FaultSelection,
): ReadonlyMap<FaultName, number> {
	const weights = new Map<FaultName, number>();
	for (const fault of selectFaults(selection)) {
		const random = chance.stream(`swarm ${fault}`);
		if (random.next() < ON_SHARE) weights.set(fault, 0.1 + 0.9 * random.next() * random.next());
	}
	return weights;
}

/** How many of the faults a run switches on. */
const ON_SHARE = 0.5;
