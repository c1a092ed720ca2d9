import type { Clock } from '../host/clock.ts';
import type { ByteStream } from '../host/network.ts';
import { type FrameKind, FrameWriter } from './frame.ts';

/** What leaves on one connection: all frames of a turn in one write, and none while it is full. */
export class Outgoing {
	readonly #stream: ByteStream;
	readonly #clock: Clock;
	readonly #frames = new FrameWriter();
	#scheduled = false;
	#full = false;
	#ending = false;
	/** Of the last write, on the monotonic clock. */
	lastMs: number;

	constructor(stream: ByteStream, clock: Clock) {
		this.#stream = stream;
		this.#clock = clock;
		this.lastMs = clock.monotonicMs();
	}

	/** Bytes that the stream has not taken yet. */
	get waitingBytes(): number {
		return this.#frames.sizeBytes;
	}

	/** @throws {FlotillaError} `FLOTILLA_BODY_TOO_LARGE`: nothing of it was sent. */
	send(kind: FrameKind, exchange: number, body: string): void {
		if (this.#ending) return;
		this.#frames.add(kind, exchange, body);
		if (this.#scheduled || this.#full) return;
		this.#scheduled = true;
		this.#clock.defer(() => {
			this.#scheduled = false;
			this.#flush();
		});
	}

	/** The stream takes more again. */
	drained(): void {
		this.#full = false;
		this.#flush();
	}

	/** Sends what waits, then ends the stream. */
	end(): void {
		if (this.#ending) return;
		this.#full = false;
		this.#flush();
		this.#ending = true;
		this.#stream.end();
	}

	#flush(): void {
		if (this.#full || this.#ending || this.#frames.sizeBytes === 0) return;
		this.lastMs = this.#clock.monotonicMs();
		this.#full = !this.#stream.write(this.#frames.take());
	}
}
