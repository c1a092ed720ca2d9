import { paintError } from './paint.ts';

/** How often a line on a terminal is drawn, and how often one is printed where there is no terminal. */
const DRAW_EVERY_MS = 200;
const PRINT_EVERY_MS = 10_000;

const BAR_CELLS = 24;
const CLEAR_LINE = '\r\x1b[2K';

/** What a progress line says. */
export interface ProgressState {
	/** 0 to 1. */
	readonly share: number;
	readonly text: string;
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
		const { share, text } = this.#state();
		if (!this.#isTerminal) {
			process.stderr.write(`${text}\n`);
			return;
		}
		const cells = Math.round(BAR_CELLS * share);
		const bar = '█'.repeat(cells) + '░'.repeat(BAR_CELLS - cells);
		// A line that wraps could not be taken back.
		const room = Math.max(0, process.stderr.columns - BAR_CELLS - 2);
		process.stderr.write(`${CLEAR_LINE}${paintError('cyan', bar)} ${text.slice(0, room)}`);
		this.#isDrawn = true;
	}

	#clear(): void {
		if (this.#isDrawn) process.stderr.write(CLEAR_LINE);
		this.#isDrawn = false;
	}
}
