import type { Element, Key } from '../transaction.ts';
import type { Append, Observations, Read } from './observations.ts';

/** The order in which the elements of one key were appended, as far as reads show it. */
export interface VersionOrder {
	readonly key: Key;
	/** The longest read, or none where the key was never read. */
	readonly longest: Read | undefined;
	/** The appends behind the longest read, in order, without those that certainly did not commit. */
	readonly observed: readonly Append[];
	/** For each length of a read, how many of `observed` it contains. */
	readonly observedWithin: readonly number[];
	/**
	 * Committed appends that no read shows. The longest read is a prefix of the final list, so each
	 * of them comes after the last observed one; in which order among themselves is not known.
	 */
	readonly unobserved: readonly Append[];
}

export function versionOrders(observations: Observations): VersionOrder[] {
	const { appends, reads } = observations;
	const keys = new Set([...appends.keys(), ...reads.keys()]);
	return [...keys].map((key) => orderOf(key, appends.get(key) ?? new Map(), reads.get(key) ?? []));
}

function orderOf(
	key: Key,
	appends: ReadonlyMap<Element, Append>,
	reads: readonly Read[],
): VersionOrder {
	let longest: Read | undefined;
	for (const read of reads) {
		if (!longest || read.elements.length > longest.elements.length) longest = read;
	}
	const seen = new Set<Element>();
	const observed: Append[] = [];
	const observedWithin = [0];
	for (const element of longest?.elements ?? []) {
		const append = appends.get(element);
		if (append?.writer.isCommitted && !seen.has(element)) observed.push(append);
		seen.add(element);
		observedWithin.push(observed.length);
	}
	const unobserved = [...appends.values()].filter(
		({ element, writer }) => writer.isCommitted && !seen.has(element),
	);
	return { key, longest, observed, observedWithin, unobserved };
}

/** Whether a read saw a state that lies on the way to the longest one. */
export function isPrefix({ longest }: VersionOrder, { elements }: Read): boolean {
	return elements.every((element, position) => element === longest?.elements[position]);
}
