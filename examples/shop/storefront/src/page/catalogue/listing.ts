import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { Product } from '@shop/contracts';
import { type Failure, failureOf } from '../connection/failure.ts';

/** What is looked for; both may be empty. */
export interface Wanted {
	readonly query: string;
	readonly category: string;
}

export interface ProductPage {
	readonly items: readonly Product[];
	readonly nextCursor?: string | undefined;
}

/** Asks the shop for one page of products. */
export type Search = (
	wanted: Wanted & { readonly cursor?: string },
	signal: AbortSignal,
) => Promise<ProductPage>;

/** Products as far as they have been asked for. */
export interface Found {
	/** What they were found by; `undefined` before the first answer. */
	readonly by: Wanted | undefined;
	readonly items: readonly Product[];
	readonly hasMore: boolean;
}

/**
 * The products that are shown, page after page. A new search gives up the one before, whose products
 * stay until there are others, so that nothing flickers while somebody types.
 */
export class Listing {
	readonly #search: Search;
	readonly #found = signal<Found>({ by: undefined, items: [], hasMore: false });
	readonly #isLoading = signal(false);
	readonly #failure = signal<Failure | undefined>(undefined);
	#wanted: Wanted | undefined;
	#nextCursor: string | undefined;
	#underWay = new AbortController();

	constructor(search: Search) {
		this.#search = search;
	}

	get found(): ReadonlySignal<Found> {
		return this.#found;
	}

	get isLoading(): ReadonlySignal<boolean> {
		return this.#isLoading;
	}

	get failure(): ReadonlySignal<Failure | undefined> {
		return this.#failure;
	}

	/** Shows these products; what is shown already is not asked for again. */
	async show(wanted: Wanted): Promise<void> {
		if (isSame(wanted, this.#wanted)) return;
		this.#wanted = wanted;
		await this.#load(wanted, undefined);
	}

	/** Shows one more page. */
	async more(): Promise<void> {
		if (this.#wanted === undefined || this.#nextCursor === undefined) return;
		if (this.#isLoading.peek()) return;
		await this.#load(this.#wanted, this.#nextCursor);
	}

	/** Asks once more for what failed. */
	async retry(): Promise<void> {
		if (this.#wanted === undefined || this.#failure.peek() === undefined) return;
		const isFirst = !isSame(this.#wanted, this.#found.peek().by);
		await this.#load(this.#wanted, isFirst ? undefined : this.#nextCursor);
	}

	async #load(wanted: Wanted, cursor: string | undefined): Promise<void> {
		this.#underWay.abort();
		this.#underWay = new AbortController();
		const { signal } = this.#underWay;
		this.#isLoading.value = true;
		try {
			const page = await this.#search(
				{ ...wanted, ...(cursor !== undefined && { cursor }) },
				signal,
			);
			if (!signal.aborted)
				this.#take(wanted, cursor === undefined ? [] : this.#found.peek().items, page);
		} catch (error) {
			if (signal.aborted) return;
			batch(() => {
				this.#failure.value = failureOf(error);
				this.#isLoading.value = false;
			});
		}
	}

	#take(by: Wanted, before: readonly Product[], { items, nextCursor }: ProductPage): void {
		batch(() => {
			this.#nextCursor = nextCursor;
			this.#found.value = { by, items: [...before, ...items], hasMore: nextCursor !== undefined };
			this.#failure.value = undefined;
			this.#isLoading.value = false;
		});
	}
}

function isSame(one: Wanted, other: Wanted | undefined): boolean {
	return one.query === other?.query && one.category === other.category;
}
