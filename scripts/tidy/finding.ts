/** One thing that is wrong in the repository, and what to do instead. */
export interface Finding {
	readonly path: string;
	/** Counted from 1. */
	readonly line: number;
	readonly problem: string;
	readonly remedy: string;
}

export function show({ path, line, problem, remedy }: Finding): string {
	return `${path}:${line}  ${problem}  -> ${remedy}`;
}

/** The line, counted from 1, in which the character at `offset` stands. */
export function lineAt(text: string, offset: number): number {
	let line = 1;
	for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
		line++;
	}
	return line;
}
