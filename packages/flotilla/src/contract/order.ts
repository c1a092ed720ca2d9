import type { Contract } from './contract.ts';

/** By code units, so that the order does not depend on a language. */
export function compareText(left: string, right: string): number {
	return left < right ? -1 : left > right ? 1 : 0;
}

/** Contracts by name, then by version: whatever order they came in, a document has them in this one. */
export function inOrder(contracts: readonly Contract[]): readonly Contract[] {
	return contracts.toSorted(
		(left, right) => compareText(left.name, right.name) || left.version - right.version,
	);
}
