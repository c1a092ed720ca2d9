import { paintError } from '../terminal/paint.ts';
import { readableLine } from './log-line.ts';
import { isForeignFrame, shortFrame } from './stack-frames.ts';

/** Longer lines are cut: no line of ours is, and nobody reads one. */
const LINE_LENGTH_MAX = 1_000_000;

/** What Node.js says at the end of a process that failed, beside the error. */
const NOISE = /^(?:Node\.js v\d+\.|node:internal\/.*:\d+$)/;

/** Makes the JSON lines of a log readable, and lets all other lines pass. */
export class LogView {
	readonly #write: (text: string) => void;
	#rest = '';

	constructor(write: (text: string) => void) {
		this.#write = write;
	}

	/** Takes what was written, in pieces of any size. */
	push(text: string): void {
		const lines = `${this.#rest}${text}`.split('\n');
		this.#rest = (lines.pop() ?? '').slice(0, LINE_LENGTH_MAX);
		for (const line of lines) this.#show(line);
	}

	/** Whoever wrote has ended: a line without an end is one too. */
	end(): void {
		if (this.#rest !== '') this.#show(this.#rest);
		this.#rest = '';
	}

	#show(line: string): void {
		const record = recordOf(line);
		if (record !== undefined) this.#write(`${readableLine(record)}\n`);
		else if (/^\s+at /.test(line)) this.#showFrame(line);
		else if (!NOISE.test(line)) this.#write(`${line}\n`);
	}

	#showFrame(line: string): void {
		if (!isForeignFrame(line)) this.#write(`${paintError('dim', shortFrame(line))}\n`);
	}
}

/** A log record; `undefined` for a line that is none. */
function recordOf(line: string): Readonly<Record<string, unknown>> | undefined {
	if (!line.startsWith('{"level":')) return undefined;
	try {
		const record = JSON.parse(line);
		return typeof record.time === 'string' && 'message' in record ? record : undefined;
	} catch {
		return undefined;
	}
}
