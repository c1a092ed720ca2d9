/** A code block of a Markdown page. */
export interface Fence {
	readonly page: string;
	/** The line of the opening fence, counted from 1; its code begins one line below. */
	readonly line: number;
	readonly language: string;
	/** What follows the language: `run`, `continues`, `file=orders.ts`. */
	readonly words: readonly string[];
	readonly code: string;
}

const OPENING = /^(\s*)(`{3,}|~{3,})\s*([^\s`]*)([^`]*)$/;

export function fencesOf(page: string, markdown: string): Fence[] {
	const lines = markdown.split('\n');
	const fences: Fence[] = [];
	for (let at = 0; at < lines.length; at++) {
		const [, indent = '', ticks = '', language = '', rest = ''] =
			OPENING.exec(lines[at] ?? '') ?? [];
		if (!ticks) continue;
		const start = at + 1;
		do at++;
		while (at < lines.length && !isClosing(lines[at] ?? '', ticks));
		const code = lines.slice(start, at).map((line) => dedent(line, indent.length));
		const words = rest.split(/\s+/).filter(Boolean);
		fences.push({ page, line: start, language, words, code: code.join('\n') });
	}
	return fences;
}

function isClosing(line: string, ticks: string): boolean {
	const text = line.trim();
	return text.length >= ticks.length && text === (ticks[0] ?? '').repeat(text.length);
}

/** A fence in a list is indented with it. */
function dedent(line: string, width: number): string {
	return line.slice(0, width).trim() === '' ? line.slice(width) : line;
}

export interface Program {
	/** Below the folder of all programs: `docs-tutorial/L12.ts`. */
	readonly path: string;
	/** Every line stands where it stands in the page, so that errors name the right one. */
	readonly text: string;
	readonly fences: readonly Fence[];
}

/** One program for each `ts` fence; one that `continues` is added to the program before it. */
export function programsOf(fences: readonly Fence[]): Program[] {
	const programs: { path: string; lines: string[]; fences: Fence[] }[] = [];
	for (const fence of fences.filter(({ language }) => language === 'ts')) {
		const last = programs.at(-1);
		if (fence.words.includes('continues') && last?.fences[0]?.page === fence.page) {
			last.fences.push(fence);
			place(fence, last.lines);
			continue;
		}
		const lines: string[] = [];
		place(fence, lines);
		programs.push({ path: pathOf(fence), lines, fences: [fence] });
	}
	// An export makes it a module, in which `await` may stand and no name meets another page's.
	return programs.map(({ path, lines, fences: parts }) => ({
		path,
		text: `${lines.join('\n')}\nexport {};\n`,
		fences: parts,
	}));
}

function place({ line, code }: Fence, lines: string[]): void {
	while (lines.length < line) lines.push('');
	lines.push(...code.split('\n'));
}

function pathOf({ page, line, words }: Fence): string {
	const named = words.find((word) => word.startsWith('file='))?.slice('file='.length);
	return `${page.replace(/\.md$/, '').replaceAll('/', '-')}/${named ?? `L${line}.ts`}`;
}
