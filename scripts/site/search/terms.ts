import type { Options, SearchOptions } from 'minisearch';

/** A part of a page: what stands under one heading. */
export interface Entry {
	readonly id: number;
	readonly page: string;
	/** Empty for what stands above the first heading. */
	readonly heading: string;
	/** From the root of the site, with the anchor. */
	readonly address: string;
	readonly text: string;
}

/** What a result has of its entry. */
export interface Found {
	readonly page: string;
	readonly heading: string;
	readonly address: string;
	readonly start: string;
}

/** Words, and the parts of names: `idempotencyKey` is found by "key" too, `FLOTILLA_LOCKED` by "locked". */
function termsOf(text: string): string[] {
	return (text.match(/[\p{L}\p{N}]+/gu) ?? []).flatMap((word) => {
		const parts = word.split(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u);
		return parts.length > 1 ? [word, ...parts] : [word];
	});
}

/** What was typed keeps its words whole: each part of a name would have to be there as well. */
const typed = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];

/** The same where the index is made and where it is read. */
export const INDEX: Options<Entry> = {
	fields: ['page', 'heading', 'text'],
	storeFields: ['page', 'heading', 'address', 'start'],
	extractField: (entry, name) =>
		name === 'start' ? startOf(entry.text) : String(entry[name as keyof Entry]),
	tokenize: termsOf,
};

export const SEARCH: SearchOptions = {
	tokenize: typed,
	prefix: true,
	fuzzy: (term) => (term.length > 4 ? 0.2 : false),
	combineWith: 'AND',
	boost: { page: 3, heading: 4 },
	weights: { prefix: 0.6, fuzzy: 0.25 },
	boostDocument: (_id, _term, stored) => weightOf(String(stored?.address)),
};

/** Whoever asks wants to read how a thing is used, before its declaration or the reason why it is so. */
function weightOf(address: string): number {
	if (address.startsWith('reference/api/')) return 0.3;
	return /^(?:decisions\/|[^/]+$)/.test(address) ? 0.6 : 1;
}

/** How much of a text a result shows. */
const START_LENGTH = 140;

function startOf(text: string): string {
	if (text.length <= START_LENGTH) return text;
	const cut = text.slice(0, START_LENGTH);
	return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), START_LENGTH / 2))} …`;
}
