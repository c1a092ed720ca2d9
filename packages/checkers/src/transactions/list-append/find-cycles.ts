import { type Arc, type Digraph, digraph, shortCycle, shortestPath } from '../cycles/digraph.ts';
import { isImplied, type Phenomenon, SCOPES, type Scope } from './anomalies.ts';
import { asArc, type Dependency, scopeOf } from './dependencies.ts';

/** Transactions that each come before the next, and the last before the first. */
export interface Cycle {
	readonly phenomenon: Phenomenon;
	readonly scope: Scope;
	readonly steps: readonly Dependency[];
}

type Search = (dependencies: readonly Dependency[], size: number) => Dependency[] | undefined;

/**
 * From the gravest to the mildest. A search may rely on what those before it did not find, for
 * where they found something it is not run.
 */
const SEARCHES: readonly (readonly [Phenomenon, Search])[] = [
	['G0', (all, size) => anyCycle(only(all, ['ww']), size)],
	['G1c', (all, size) => anyCycle(only(all, ['ww', 'wr']), size)],
	['G-single', withOneAntiDependency],
	['G-nonadjacent', withoutAdjacentAntiDependencies],
	['G2', anyCycle],
];

/**
 * One short cycle of each phenomenon in each scope, without those that rule out no model beyond
 * what graver ones do. An empty answer means that the graph has no cycle at all.
 */
export function findCycles(dependencies: readonly Dependency[], size: number): Cycle[] {
	const found: Cycle[] = [];
	for (const [index, scope] of SCOPES.entries()) {
		const allowed = new Set(SCOPES.slice(0, index + 1));
		const inScope = dependencies.filter((one) => allowed.has(scopeOf(one)));
		for (const [phenomenon, search] of SEARCHES) {
			const isKnown = found.some((one) =>
				isImplied([one.phenomenon, one.scope], [phenomenon, scope]),
			);
			if (isKnown) continue;
			const steps = search(inScope, size);
			if (steps) found.push({ phenomenon, scope, steps });
		}
	}
	return found;
}

/** The dependencies of these kinds, and all that are not about data. */
function only(
	dependencies: readonly Dependency[],
	kinds: readonly Dependency['kind'][],
): Dependency[] {
	return dependencies.filter((one) => kinds.includes(one.kind) || scopeOf(one) !== 'data');
}

function anyCycle(dependencies: readonly Dependency[], size: number): Dependency[] | undefined {
	return shortCycle(digraph(size, dependencies.map(asArc)))?.map(({ label }) => label);
}

/**
 * Without the anti-dependencies the graph is acyclic here, so it has a topological order, and only an
 * anti-dependency that points backwards in it can close a cycle.
 */
function withOneAntiDependency(
	dependencies: readonly Dependency[],
	size: number,
): Dependency[] | undefined {
	const graph = digraph(size, only(dependencies, ['ww', 'wr']).map(asArc));
	const rank = topologicalRanks(graph);
	const rankOf = (node: number): number => rank[node] as number;
	let best: Dependency[] | undefined;
	for (const anti of dependencies) {
		const { index: from } = anti.from;
		const { index: to } = anti.to;
		if (anti.kind !== 'rw' || rankOf(to) > rankOf(from)) continue;
		const path = shortestPath(graph, to, from, (node) => rankOf(node) < rankOf(from));
		if (!path || (best && path.length + 1 >= best.length)) continue;
		best = [anti, ...path.map(({ label }) => label)];
		if (best.length === 2) break;
	}
	return best;
}

/** By Kahn's algorithm; of a graph without cycles. */
function topologicalRanks<Label>({ arcs }: Digraph<Label>): Int32Array {
	const waitsFor = new Int32Array(arcs.length);
	for (const { to } of arcs.flat()) (waitsFor[to] as number)++;
	const ready = [...arcs.keys()].filter((node) => waitsFor[node] === 0);
	const rank = new Int32Array(arcs.length);
	for (const [position, node] of ready.entries()) {
		rank[node] = position;
		for (const { to } of arcs[node] ?? []) {
			if (--(waitsFor[to] as number) === 0) ready.push(to);
		}
	}
	return rank;
}

/**
 * Each transaction is two nodes: reached by an anti-dependency, or otherwise. Only the latter may be
 * left by an anti-dependency, so a cycle of this graph has no two in a row.
 */
function withoutAdjacentAntiDependencies(
	dependencies: readonly Dependency[],
	size: number,
): Dependency[] | undefined {
	const arcs = dependencies.flatMap((label): Arc<Dependency>[] => {
		const from = label.from.index;
		const to = label.to.index;
		if (label.kind === 'rw') return [{ from, to: to + size, label }];
		return [
			{ from, to, label },
			{ from: from + size, to, label },
		];
	});
	return shortCycle(digraph(2 * size, arcs))?.map(({ label }) => label);
}
