import type { Arc } from './digraph.ts';

const BITS = 32;

/** For each node of a graph without cycles those from which a way leads to it: a row of bits each. */
export class Past {
	readonly #words: number;
	readonly #bits: Uint32Array;

	/** False if there is a cycle: then nothing that comes after one is known. */
	readonly isAcyclic: boolean;

	constructor(size: number, arcs: readonly Omit<Arc<unknown>, 'label'>[]) {
		this.#words = Math.ceil(size / BITS);
		this.#bits = new Uint32Array(size * this.#words);
		const after: number[][] = Array.from({ length: size }, () => []);
		const waitsFor = new Int32Array(size);
		for (const { from, to } of arcs) {
			after[from]?.push(to);
			(waitsFor[to] as number)++;
		}
		const ready = [...waitsFor.keys()].filter((node) => waitsFor[node] === 0);
		for (const node of ready) {
			for (const next of after[node] as number[]) {
				this.#inherit(next, node);
				if (--(waitsFor[next] as number) === 0) ready.push(next);
			}
		}
		this.isAcyclic = ready.length === size;
	}

	/** Whether a way leads from `earlier` to `later`. */
	has(later: number, earlier: number): boolean {
		const word = this.#bits[later * this.#words + (earlier >>> 5)] as number;
		return ((word >>> (earlier & 31)) & 1) === 1;
	}

	#inherit(node: number, parent: number): void {
		const own = node * this.#words;
		const other = parent * this.#words;
		for (let word = 0; word < this.#words; word++) {
			(this.#bits[own + word] as number) |= this.#bits[other + word] as number;
		}
		(this.#bits[own + (parent >>> 5)] as number) |= 1 << (parent & 31);
	}
}
