import { columnsOf } from './columns.ts';
import { paintError } from './paint.ts';

/** How often a line on a terminal is drawn, and how often one is printed where there is no terminal. */
const DRAW_EVERY_MS = 200;
const PRINT_EVERY_MS = 10_000;

const BAR_CELLS_MAX = 24;
/** Of the line, on a narrow terminal. */
const BAR_SHARE = 0.2;
const CLEAR_LINE = '\r\x1b[2K';
/** A cell that is filled by so many eighths. */
const EIGHTHS = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** What a progress line says. */
export interface ProgressState {
	/** 0 to 1. */
	readonly share: number;
	/** The more important ones first: those at the end give way on a narrow terminal. */
	readonly parts: readonly string[];
}

/** One line on standard error that changes while something long is under way. */
export class Progress {
	readonly #state: () => ProgressState;
	readonly #isTerminal = process.stderr.isTTY === true;
	readonly #timer: NodeJS.Timeout;
	#isDrawn = false;

	constructor(state: () => ProgressState) {
		this.#state = state;
		const everyMs = this.#isTerminal ? DRAW_EVERY_MS : PRINT_EVERY_MS;
		this.#timer = setInterval(() => this.#show(), everyMs).unref();
	}

	/** Prints something else: the line makes room and is drawn again below it. */
	around(print: () => void): void {
		this.#clear();
		print();
		if (this.#isTerminal) this.#show();
	}

	end(): void {
		clearInterval(this.#timer);
		this.#clear();
	}

	#show(): void {
		const state = this.#state();
		if (!this.#isTerminal) {
			process.stderr.write(`${state.parts.join(', ')}\n`);
			return;
		}
		const { bar, text } = progressLine(state, columnsOf(process.stderr));
		process.stderr.write(`${CLEAR_LINE}${paintError('cyan', bar)} ${text}`);
		this.#isDrawn = true;
	}

	#clear(): void {
		if (this.#isDrawn) process.stderr.write(CLEAR_LINE);
		this.#isDrawn = false;
	}
}

/** A progress line that fits: one that wraps could not be taken back. */
export function progressLine(
	{ share, parts }: ProgressState,
	columns: number,
): { readonly bar: string; readonly text: string } {
	const cells = Math.min(BAR_CELLS_MAX, Math.floor(columns * BAR_SHARE));
	const eighths = Math.floor(cells * 8 * share);
	const full = '█'.repeat(eighths / 8);
	const part = full.length < cells ? EIGHTHS[eighths % 8] : '';
	const bar = `▕${`${full}${part}`.padEnd(cells)}▏`;
	const room = columns - cells - 4;
	let text = '';
	for (const [index, word] of parts.entries()) {
		const longer = index === 0 ? word : `${text}, ${word}`;
		if (longer.length > room) break;
		text = longer;
	}
	return { bar, text };
}
