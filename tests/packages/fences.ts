import { readFileSync } from 'node:fs';

/** A block of code of a page: its language, what follows that, and what it says. */
export interface Fence {
	readonly language: string;
	/** `run`, `file=app.ts`. */
	readonly words: readonly string[];
	readonly code: string;
}

const FENCE = /^```(?<language>\w+)(?<words>[^\n]*)\n(?<code>[\s\S]*?)\n```$/gm;

/** In the order in which they are read. */
export function fencesOf(page: URL): readonly Fence[] {
	return [...readFileSync(page, 'utf8').matchAll(FENCE)].map(({ groups }) => ({
		language: groups?.language ?? '',
		words: (groups?.words ?? '').split(' ').filter(Boolean),
		code: `${groups?.code ?? ''}\n`,
	}));
}

/** The file that a fence is to be kept in: `file=app.ts`. */
export function fileOf({ words }: Fence): string | undefined {
	return words.find((word) => word.startsWith('file='))?.slice('file='.length);
}
