import { HistoryError } from '../history/history-error.ts';
import { limits } from '../limits.ts';

/** A value of Extensible Data Notation (github.com/edn-format/edn), as Jepsen writes it. */
export type Edn = null | boolean | number | string | EdnName | EdnCollection | EdnMap | EdnTagged;

/** `:read` is a keyword, `read` a symbol; a namespace stays in the name. */
export interface EdnName {
	readonly type: 'keyword' | 'symbol';
	readonly name: string;
}

export interface EdnCollection {
	readonly type: 'list' | 'vector' | 'set';
	readonly items: readonly Edn[];
	/** Where it begins, from 1. */
	readonly line: number;
}

export interface EdnMap {
	readonly type: 'map';
	readonly entries: readonly (readonly [Edn, Edn])[];
	readonly line: number;
}

/** `#inst "2014-…"`: kept, never interpreted. */
export interface EdnTagged {
	readonly type: 'tagged';
	readonly tag: string;
	readonly value: Edn;
}

const OPENINGS: Readonly<Record<string, readonly [EdnCollection['type'] | 'map', string]>> = {
	'(': ['list', ')'],
	'[': ['vector', ']'],
	'{': ['map', '}'],
	'#{': ['set', '}'],
};

const CHARACTERS: Readonly<Record<string, string>> = {
	newline: '\n',
	space: ' ',
	tab: '\t',
	return: '\r',
};

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

const SPACE = /[\s,]/;
const TOKEN = /[^\s,()[\]{}";]+/y;
const NUMBER = /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?[NM]?$/;

/** Ends the reading of a collection. */
interface Closing {
	readonly type: 'closing';
	readonly text: string;
}

const isClosing = (form: Edn | Closing | undefined): form is Closing =>
	typeof form === 'object' && form !== null && form.type === 'closing';

/**
 * All values of a text, one after the other.
 *
 * @throws {HistoryError} with the line, where the text is not EDN
 */
export function readEdn(text: string, firstLine = 1): Edn[] {
	const reader = new EdnReader(text, firstLine);
	const values: Edn[] = [];
	for (;;) {
		const value = reader.read();
		if (value === undefined) return values;
		values.push(value);
	}
}

class EdnReader {
	readonly #text: string;
	#at = 0;
	#line: number;
	#depth = 0;

	constructor(text: string, firstLine: number) {
		this.#text = text;
		this.#line = firstLine;
	}

	/** The next value; undefined at the end. */
	read(): Edn | undefined {
		const form = this.#form();
		if (isClosing(form)) throw this.#error(`${form.text} closes nothing`);
		return form;
	}

	#error(problem: string): HistoryError {
		return new HistoryError(problem, this.#line);
	}

	#form(): Edn | Closing | undefined {
		for (;;) {
			this.#skipSpace();
			const first = this.#text[this.#at];
			if (first === undefined) return undefined;
			if (this.#text.startsWith('#_', this.#at)) {
				this.#at += 2;
				this.#needed('something to leave out after #_');
				continue;
			}
			if (first === ')' || first === ']' || first === '}') {
				this.#at++;
				return { type: 'closing', text: first };
			}
			return this.#value(first);
		}
	}

	#skipSpace(): void {
		for (;;) {
			const character = this.#text[this.#at];
			if (character === ';') {
				const end = this.#text.indexOf('\n', this.#at);
				this.#at = end === -1 ? this.#text.length : end;
			} else if (character === undefined || !SPACE.test(character)) return;
			else {
				if (character === '\n') this.#line++;
				this.#at++;
			}
		}
	}

	#value(first: string): Edn {
		const opening = this.#text.startsWith('#{', this.#at) ? '#{' : first;
		const collection = Object.hasOwn(OPENINGS, opening) ? OPENINGS[opening] : undefined;
		if (collection) {
			this.#at += opening.length;
			return this.#collection(...collection);
		}
		if (first === '"') return this.#string();
		if (first === '#') return this.#tagged();
		if (first === '\\') return this.#character();
		return this.#atom(this.#token());
	}

	#needed(what: string): Edn {
		const form = this.#form();
		if (form === undefined) throw this.#error(`the text ends where ${what} should be`);
		if (isClosing(form)) throw this.#error(`${form.text} where ${what} should be`);
		return form;
	}

	#collection(type: EdnCollection['type'] | 'map', closing: string): Edn {
		const line = this.#line;
		if (++this.#depth > limits.ednDepth) throw this.#error(`nested deeper than ${limits.ednDepth}`);
		const items: Edn[] = [];
		for (;;) {
			const form = this.#form();
			if (form === undefined) throw new HistoryError(`a ${type} is never closed`, line);
			if (isClosing(form)) {
				if (form.text === closing) break;
				throw this.#error(`${form.text} in a ${type} that began on line ${line}`);
			}
			items.push(form);
		}
		this.#depth--;
		if (type !== 'map') return { type, items, line };
		if (items.length % 2 === 1) throw new HistoryError('a map has a key without a value', line);
		const entries: [Edn, Edn][] = [];
		for (let index = 0; index < items.length; index += 2) {
			entries.push([items[index] as Edn, items[index + 1] as Edn]);
		}
		return { type, entries, line };
	}

	#string(): string {
		const line = this.#line;
		let text = '';
		for (this.#at++; ; this.#at++) {
			const character = this.#text[this.#at];
			if (character === undefined) throw new HistoryError('a string is never closed', line);
			if (character === '"') break;
			if (character === '\n') this.#line++;
			text += character === '\\' ? this.#escape() : character;
		}
		this.#at++;
		return text;
	}

	/** Leaves the reader at the last character of the escape. */
	#escape(): string {
		const character = this.#text[++this.#at] ?? '';
		if (character === '"' || character === '\\') return character;
		if (character === 'u') {
			const digits = this.#text.slice(this.#at + 1, this.#at + 5);
			if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#error('\\u needs four hexadecimal digits');
			this.#at += 4;
			return String.fromCharCode(Number.parseInt(digits, 16));
		}
		const escaped = Object.hasOwn(ESCAPES, character) ? ESCAPES[character] : undefined;
		if (escaped === undefined) throw this.#error(`\\${character} is no escape`);
		return escaped;
	}

	#tagged(): Edn {
		this.#at++;
		const tag = this.#token();
		return { type: 'tagged', tag, value: this.#needed(`the value of #${tag}`) };
	}

	#character(): string {
		this.#at++;
		const single = this.#text[this.#at];
		if (single !== undefined && !/[\w]/.test(single)) {
			this.#at++;
			return single;
		}
		const name = this.#token();
		if (name.length === 1) return name;
		const character = Object.hasOwn(CHARACTERS, name) ? CHARACTERS[name] : undefined;
		if (character === undefined) throw this.#error(`\\${shortly(name)} is no character`);
		return character;
	}

	#token(): string {
		TOKEN.lastIndex = this.#at;
		const token = TOKEN.exec(this.#text)?.[0];
		if (token === undefined)
			throw this.#error(`a name is missing at ${this.#text[this.#at] ?? 'the end'}`);
		this.#at += token.length;
		return token;
	}

	#atom(token: string): Edn {
		if (token === 'nil') return null;
		if (token === 'true' || token === 'false') return token === 'true';
		if (NUMBER.test(token)) return Number(token.replace(/[NM]$/, ''));
		if (/^[+-]?\d/.test(token)) throw this.#error(`${shortly(token)} is no number`);
		if (!token.startsWith(':')) return { type: 'symbol', name: token };
		if (token.length === 1) throw this.#error('a keyword has no name');
		return { type: 'keyword', name: token.slice(1) };
	}
}

const SHOWN_LENGTH = 60;

/** As much of a text from a file as an error may hold. */
const shortly = (text: string): string =>
	text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;

/** The value under a keyword; undefined if the map has none. */
export function fieldOf(map: EdnMap, keyword: string): Edn | undefined {
	return map.entries.find(([key]) => isName(key) && key.name === keyword)?.[1];
}

export function isName(value: Edn | undefined): value is EdnName {
	return isObject(value) && (value.type === 'keyword' || value.type === 'symbol');
}

export function isMap(value: Edn | undefined): value is EdnMap {
	return isObject(value) && value.type === 'map';
}

/** A vector or a list. */
export function isSequence(value: Edn | undefined): value is EdnCollection {
	return isObject(value) && (value.type === 'vector' || value.type === 'list');
}

function isObject(value: Edn | undefined): value is EdnName | EdnCollection | EdnMap | EdnTagged {
	return typeof value === 'object' && value !== null;
}

/** As it would be written, its beginning if that is long: for errors. */
export const showBriefly = (value: Edn): string => shortly(showEdn(value));

/** As it would be written; sets and maps in the order in which they came. */
export function showEdn(value: Edn): string {
	if (!isObject(value)) return value === null ? 'nil' : JSON.stringify(value);
	switch (value.type) {
		case 'keyword':
			return `:${value.name}`;
		case 'symbol':
			return value.name;
		case 'tagged':
			return `#${value.tag} ${showEdn(value.value)}`;
		case 'map':
			return `{${value.entries.map((pair) => pair.map(showEdn).join(' ')).join(', ')}}`;
		case 'list':
			return `(${value.items.map(showEdn).join(' ')})`;
		case 'set':
			return `#{${value.items.map(showEdn).join(' ')}}`;
		case 'vector':
			return `[${value.items.map(showEdn).join(' ')}]`;
	}
}
