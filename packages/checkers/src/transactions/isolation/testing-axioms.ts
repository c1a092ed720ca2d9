import type { ReadWriteTransaction } from '../transaction.ts';
import type { IsolationLevel } from './check-isolation.ts';

/** A read of a key from outside its transaction, and where in it. */
interface Read {
	readonly key: string;
	readonly value: number;
	readonly place: number;
	readonly from: number;
}

interface Node {
	readonly session: number;
	readonly writes: ReadonlySet<string>;
	readonly reads: readonly Read[];
}

/**
 * The axioms of Biswas & Enea (OOPSLA 2019, figure 2) word for word, tried with every commit order
 * that keeps sessions and reads. The initial transaction is number 0. For some five transactions
 * whose reads are not of their own writes, nor of what was overwritten within its transaction.
 */
export function isAllowed(
	sessions: readonly (readonly ReadWriteTransaction[])[],
	level: IsolationLevel,
): boolean {
	const nodes = nodesOf(sessions);
	const all = [...nodes.keys()];
	const so = (a: number, b: number): boolean =>
		a !== b && (a === 0 || (nodes[a]?.session === nodes[b]?.session && a < b && b !== 0));
	const wr = (a: number, b: number): boolean =>
		nodes[b]?.reads.some(({ from }) => from === a) === true;
	const known = closure(all.length, (a, b) => so(a, b) || wr(a, b));
	return permutations(all.slice(1)).some((order) => {
		const rank = new Map([0, ...order].map((node, place) => [node, place]));
		const co = (a: number, b: number): boolean => (rank.get(a) ?? 0) < (rank.get(b) ?? 0);
		const keepsKnown = all.every((a) => all.every((b) => !(so(a, b) || wr(a, b)) || co(a, b)));
		if (!keepsKnown) return false;
		const sees = (t3: number, read: Read, t2: number): boolean => {
			const coOrSame = (a: number, b: number): boolean => a === b || co(a, b);
			const prefix = (): boolean =>
				all.some((t4) => coOrSame(t2, t4) && (so(t4, t3) || wr(t4, t3)));
			switch (level) {
				case 'read-committed':
					return (
						nodes[t3]?.reads.some(({ from, place }) => from === t2 && place < read.place) === true
					);
				case 'read-atomic':
					return so(t2, t3) || wr(t2, t3);
				case 'causal':
					return known[t2]?.[t3] === true;
				case 'prefix':
					return prefix();
				case 'snapshot-isolation':
					return prefix() || all.some((t4) => coOrSame(t2, t4) && co(t4, t3) && conflict(t4, t3));
				case 'serializable':
					return co(t2, t3);
			}
		};
		const conflict = (a: number, b: number): boolean =>
			a !== 0 && [...(nodes[a]?.writes ?? [])].some((key) => nodes[b]?.writes.has(key));
		return all.every((t3) =>
			(nodes[t3]?.reads ?? []).every((read) =>
				all.every((t2) => {
					const isWriter = t2 === 0 || nodes[t2]?.writes.has(read.key);
					if (!isWriter || t2 === read.from || t2 === t3 || !sees(t3, read, t2)) return true;
					return co(t2, read.from);
				}),
			),
		);
	});
}

function nodesOf(sessions: readonly (readonly ReadWriteTransaction[])[]): Node[] {
	const transactions = sessions.flatMap((own, session) => own.map((steps) => ({ session, steps })));
	const writerOf = new Map<string, number>();
	for (const [index, { steps }] of transactions.entries()) {
		for (const [kind, key, value] of steps) {
			if (kind === 'w') writerOf.set(`${key}=${value}`, index + 1);
		}
	}
	const nodes = transactions.map(({ session, steps }): Node => {
		const writes = steps.flatMap(([kind, key]) => (kind === 'w' ? [String(key)] : []));
		const reads = steps.flatMap(([kind, key, value], place): Read[] => {
			if (kind === 'w') return [];
			const from = writerOf.get(`${key}=${value}`) ?? 0;
			return [{ key: String(key), value: Number(value), place, from }];
		});
		return { session, writes: new Set(writes), reads };
	});
	return [{ session: -1, writes: new Set(), reads: [] }, ...nodes];
}

function closure(size: number, isDirect: (a: number, b: number) => boolean): boolean[][] {
	const numbers = Array.from({ length: size }, (_, index) => index);
	const reach = numbers.map((a) => numbers.map((b) => isDirect(a, b)));
	for (const middle of numbers) {
		for (const row of reach) {
			if (!row[middle]) continue;
			for (const end of numbers) row[end] ||= reach[middle]?.[end] === true;
		}
	}
	return reach;
}

function permutations(items: readonly number[]): number[][] {
	if (items.length === 0) return [[]];
	return items.flatMap((first) =>
		permutations(items.filter((one) => one !== first)).map((rest) => [first, ...rest]),
	);
}
