/** Before one of these words a slash begins a regular expression, not a division. */
const BEFORE_REGEX = new Set(
	'await case delete do else in instanceof new of return throw typeof void yield'.split(' '),
);

const WORD_END = /[\w$]+$/;

/**
 * The source with the insides of comments, strings, templates and regular expressions replaced by
 * spaces; delimiters of strings, line breaks and all offsets stay. `${...}` in a template is code
 * and stays too.
 */
export function blank(source: string): string {
	return new Blanker(source).run();
}

class Blanker {
	readonly #source: string;
	/** The code seen so far, in pieces: what was blanked is in it as spaces. */
	#out = '';
	#at = 0;
	/** For each open template expression: the number of braces open inside it. */
	readonly #templates: number[] = [];

	constructor(source: string) {
		this.#source = source;
	}

	run(): string {
		const source = this.#source;
		if (source.startsWith('#!')) this.#hide(endOfLine(source, 0));
		while (this.#at < source.length) this.#step();
		return this.#out;
	}

	#step(): void {
		const source = this.#source;
		const at = this.#at;
		const char = source[at] as string;
		const isSlash = char === '/';
		if (isSlash && source[at + 1] === '/') this.#hide(endOfLine(source, at));
		else if (isSlash && source[at + 1] === '*') this.#hide(after(source, '*/', at + 2));
		else if (char === "'" || char === '"') this.#quoted(endOfString(source, at, char));
		else if (char === '`') this.#template();
		else if (isSlash && this.#regexMayBegin()) this.#quoted(endOfRegex(source, at));
		else if (char === '}' && this.#templates.at(-1) === 0) this.#resumeTemplate();
		else this.#code(char);
	}

	#code(char: string): void {
		if (char === '{') this.#countBrace(1);
		if (char === '}') this.#countBrace(-1);
		this.#keep(this.#at + 1);
	}

	#resumeTemplate(): void {
		this.#templates.pop();
		this.#template();
	}

	#countBrace(change: 1 | -1): void {
		const top = this.#templates.length - 1;
		if (top >= 0) this.#templates[top] = (this.#templates[top] as number) + change;
	}

	#keep(end: number): void {
		this.#out += this.#source.slice(this.#at, end);
		this.#at = end;
	}

	#hide(end: number): void {
		this.#out += this.#source.slice(this.#at, end).replace(/[^\n]/g, ' ');
		this.#at = end;
	}

	/** From one delimiter to the other. */
	#quoted(end: number): void {
		this.#keep(this.#at + 1);
		this.#hide(Math.max(this.#at, end - 1));
		this.#keep(end);
	}

	/** From a backtick, or from the brace that ends an expression, to the next of either kind. */
	#template(): void {
		this.#keep(this.#at + 1);
		let end = this.#at;
		while (end < this.#source.length && this.#source[end] !== '`') {
			if (this.#source.startsWith('${', end)) {
				this.#hide(end);
				this.#keep(end + 2);
				this.#templates.push(0);
				return;
			}
			end += this.#source[end] === '\\' ? 2 : 1;
		}
		this.#hide(Math.min(end, this.#source.length));
		this.#keep(Math.min(end + 1, this.#source.length));
	}

	#regexMayBegin(): boolean {
		const before = this.#out.trimEnd();
		const last = before.at(-1);
		if (last === undefined) return true;
		const word = WORD_END.exec(before)?.[0];
		if (word !== undefined) return BEFORE_REGEX.has(word) && before.at(-1 - word.length) !== '.';
		// `value! / 2`: the exclamation mark of TypeScript follows what it asserts at once.
		if (last === '!') return !/[\w$)\]]!$/.test(before);
		return !')]}"\'`/'.includes(last) || (last === '}' && this.#startsStatement(before));
	}

	/** After `}` at the end of a line a slash hardly ever divides. */
	#startsStatement(before: string): boolean {
		return this.#out.slice(before.length).includes('\n');
	}
}

function after(source: string, end: string, from: number): number {
	const at = source.indexOf(end, from);
	return at === -1 ? source.length : at + end.length;
}

function endOfLine(source: string, from: number): number {
	const at = source.indexOf('\n', from);
	return at === -1 ? source.length : at;
}

/** Behind the closing quote; an unclosed string ends with its line. */
function endOfString(source: string, from: number, quote: string): number {
	let at = from + 1;
	while (at < source.length && source[at] !== quote && source[at] !== '\n') {
		at += source[at] === '\\' ? 2 : 1;
	}
	return Math.min(at + 1, source.length);
}

/** Behind the closing slash; one inside a character class does not close. */
function endOfRegex(source: string, from: number): number {
	let inClass = false;
	let at = from + 1;
	while (at < source.length && source[at] !== '\n') {
		const char = source[at];
		if (char === '/' && !inClass) return at + 1;
		if (char === '[') inClass = true;
		if (char === ']') inClass = false;
		at += char === '\\' ? 2 : 1;
	}
	return at;
}
