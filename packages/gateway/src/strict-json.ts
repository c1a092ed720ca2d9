import { isUtf8 } from 'node:buffer';
import { FlotillaError } from 'flotilla/adapter';

/**
 * Parses a body as JSON (RFC 8259) with the strictness of I-JSON (RFC 7493): whatever two parsers
 * may understand differently is refused, because one of them may be the one that checked it.
 *
 * @param depthMax How deep objects and arrays may nest.
 * @throws {FlotillaError} `FLOTILLA_REQUEST_MALFORMED`: no UTF-8, no JSON, a key twice in one object,
 *   half of a surrogate pair, nested too deep, or a key that reaches for a prototype.
 */
export function parseStrictJson(body: Uint8Array, depthMax: number): unknown {
	if (!isUtf8(body)) malformed('The body is not UTF-8.');
	const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		// The parser's own message quotes the body, which may hold secrets: only the place is told.
		const position = /at position (\d+)/.exec((cause as Error).message)?.[1];
		malformed(
			`The body is not JSON${position === undefined ? '' : `, from character ${position}`}.`,
		);
	}
	new Inspector(text, depthMax).inspect();
	return value;
}

/** Looks for what `JSON.parse` lets through, in a text that it has accepted. */
class Inspector {
	readonly #text: string;
	readonly #depthMax: number;
	/** An escape that may stand for half of a surrogate pair: only then strings are decoded. */
	readonly #hasSurrogateEscapes: boolean;

	constructor(text: string, depthMax: number) {
		this.#text = text;
		this.#depthMax = depthMax;
		this.#hasSurrogateEscapes = /\\u[dD][89a-fA-F]/.test(text);
	}

	inspect(): void {
		const text = this.#text;
		// One entry for each open object or array: the keys of an object, `undefined` for an array.
		const open: (Set<string> | undefined)[] = [];
		const path: string[] = [];
		let expectsKey = false;
		for (let index = 0; index < text.length; index++) {
			switch (text.charCodeAt(index)) {
				case 0x22: {
					const end = this.#endOfString(index);
					if (expectsKey) {
						const key = this.#decode(index, end);
						this.#checkKey(key, open.at(-1) as Set<string>, path);
						path[open.length - 1] = key;
						expectsKey = false;
					} else if (this.#hasSurrogateEscapes) this.#decode(index, end);
					index = end;
					break;
				}
				case 0x7b: // {
				case 0x5b: // [
					if (open.length === this.#depthMax) {
						malformed(`The body is nested deeper than ${this.#depthMax}.`);
					}
					expectsKey = text.charCodeAt(index) === 0x7b;
					open.push(expectsKey ? new Set() : undefined);
					path.push('');
					break;
				case 0x7d: // }
				case 0x5d: // ]
					open.pop();
					path.pop();
					expectsKey = false;
					break;
				case 0x2c: // ,
					expectsKey = open.at(-1) !== undefined;
					break;
			}
		}
	}

	/** The place of the quotation mark that ends the string which starts at `start`. */
	#endOfString(start: number): number {
		const text = this.#text;
		for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
			let backslashes = 0;
			while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
			if (backslashes % 2 === 0) return end;
		}
	}

	#decode(start: number, end: number): string {
		const raw = this.#text.slice(start + 1, end);
		if (!raw.includes('\\')) return raw;
		const decoded = JSON.parse(this.#text.slice(start, end + 1)) as string;
		if (!decoded.isWellFormed()) malformed('The body has half of a surrogate pair in a string.');
		return decoded;
	}

	#checkKey(key: string, keys: Set<string>, path: readonly string[]): void {
		if (keys.has(key)) malformed(`The body has the key '${shortened(key)}' twice in one object.`);
		keys.add(key);
		const parent = path.length > 1 ? path[path.length - 2] : undefined;
		if (key === '__proto__' || (key === 'prototype' && parent === 'constructor')) {
			malformed(`The body has the key '${key}', which reaches for a prototype.`);
		}
	}
}

/** A key as a message may quote it. */
export function shortened(key: string): string {
	return key.length > 64 ? `${key.slice(0, 64)}…` : key;
}

function malformed(message: string): never {
	throw new FlotillaError('FLOTILLA_REQUEST_MALFORMED', message);
}
