/** A directed graph over the numbers 0 to `arcs.length - 1`; each arc carries what it stands for. */
export interface Digraph<Label> {
	/** The arcs that leave each node. */
	readonly arcs: readonly (readonly Arc<Label>[])[];
}

export interface Arc<Label> {
	readonly from: number;
	readonly to: number;
	readonly label: Label;
}

export function digraph<Label>(size: number, all: Iterable<Arc<Label>>): Digraph<Label> {
	const arcs: Arc<Label>[][] = Array.from({ length: size }, () => []);
	for (const arc of all) arcs[arc.from]?.push(arc);
	return { arcs };
}

/**
 * The strongly connected components that hold a cycle, by Tarjan's algorithm (SIAM J. Comput. 1972),
 * without recursion: a history may be one long chain.
 */
function cyclicComponents<Label>({ arcs }: Digraph<Label>): number[][] {
	const size = arcs.length;
	const order = new Int32Array(size).fill(-1);
	const low = new Int32Array(size);
	const nextArc = new Int32Array(size);
	const isOpen = new Uint8Array(size);
	const open: number[] = [];
	const path: number[] = [];
	const components: number[][] = [];
	let visited = 0;

	const enter = (node: number): void => {
		order[node] = low[node] = visited++;
		isOpen[node] = 1;
		open.push(node);
		path.push(node);
	};
	const lower = (node: number, bound: number): void => {
		if (bound < (low[node] as number)) low[node] = bound;
	};
	const leave = (node: number): void => {
		path.pop();
		const parent = path.at(-1);
		if (parent !== undefined) lower(parent, low[node] as number);
		if (low[node] !== order[node]) return;
		const component = open.splice(open.lastIndexOf(node));
		for (const member of component) isOpen[member] = 0;
		const isCyclic = component.length > 1 || arcs[node]?.some(({ to }) => to === node);
		if (isCyclic) components.push(component);
	};

	for (let root = 0; root < size; root++) {
		if (order[root] === -1) enter(root);
		for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
			const to = arcs[node]?.[(nextArc[node] as number)++]?.to;
			if (to === undefined) leave(node);
			else if (order[to] === -1) enter(to);
			else if (isOpen[to] === 1) lower(node, order[to] as number);
		}
	}
	return components;
}

/** A shortest way from one node to another; a cycle where they are the same. */
export function shortestPath<Label>(
	{ arcs }: Digraph<Label>,
	from: number,
	to: number,
	mayPass: (node: number) => boolean,
): Arc<Label>[] | undefined {
	const cameBy = new Map<number, Arc<Label>>();
	const queue = [from];
	for (const node of queue) {
		for (const arc of arcs[node] ?? []) {
			if (cameBy.has(arc.to)) continue;
			if (arc.to !== to && !mayPass(arc.to)) continue;
			cameBy.set(arc.to, arc);
			if (arc.to === to) return walkBack(cameBy, from, to);
			queue.push(arc.to);
		}
	}
	return undefined;
}

function walkBack<Label>(
	cameBy: ReadonlyMap<number, Arc<Label>>,
	from: number,
	to: number,
): Arc<Label>[] {
	const path: Arc<Label>[] = [];
	for (let node = to, arc = cameBy.get(to); arc; arc = cameBy.get(node)) {
		path.push(arc);
		node = arc.from;
		if (node === from) break;
	}
	return path.reverse();
}

/** Cycles are looked for through so many nodes of a component, for the sake of a short one. */
const NODES_TRIED = 64;

/** A short cycle of the graph, if it has one. Its arcs are in order; the last leads to the first. */
export function shortCycle<Label>(graph: Digraph<Label>): Arc<Label>[] | undefined {
	let best: Arc<Label>[] | undefined;
	for (const component of cyclicComponents(graph)) {
		const members = new Set(component);
		for (const node of component.slice(0, NODES_TRIED)) {
			const cycle = shortestPath(graph, node, node, (one) => members.has(one));
			if (cycle && (!best || cycle.length < best.length)) best = cycle;
		}
		if (best && best.length <= 2) break;
	}
	return best;
}
