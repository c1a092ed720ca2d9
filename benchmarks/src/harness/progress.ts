const ERASE_LINE = '\r\u001b[2K';

/** A line on a terminal's standard error that tells how much is left; nothing elsewhere. */
export class Progress {
	readonly #title: string;
	readonly #totalMs: number;
	readonly #startMs = performance.now();
	#doneMs = 0;

	/** @param totalMs Of planned work; real time is reckoned from it as the work goes on. */
	constructor(title: string, totalMs: number) {
		this.#title = title;
		this.#totalMs = totalMs;
	}

	done(workMs: number): void {
		this.#doneMs += workMs;
		if (!process.stderr.isTTY) return;
		const percent = Math.round((this.#doneMs / this.#totalMs) * 100);
		const pace = (performance.now() - this.#startMs) / this.#doneMs;
		const leftSeconds = Math.ceil(((this.#totalMs - this.#doneMs) * pace) / 1_000);
		process.stderr.write(`${ERASE_LINE}${this.#title}: ${percent} %, ${leftSeconds} s left`);
	}

	clear(): void {
		if (process.stderr.isTTY) process.stderr.write(ERASE_LINE);
	}
}
