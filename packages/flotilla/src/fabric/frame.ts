import { FlotillaError } from '../errors/flotilla-error.ts';
import { limits } from '../limits.ts';

/** What a frame is, by its number on the wire: docs/reference/wire.md. */
export const frameKind = {
	greeting: 1,
	hello: 2,
	welcome: 3,
	closing: 4,
	ping: 5,
	pong: 6,
	draining: 7,
	request: 16,
	cancel: 17,
	credit: 18,
	deliver: 19,
	subscribe: 20,
	reply: 32,
	declaredError: 33,
	error: 34,
	item: 35,
	end: 36,
} as const;

export type FrameKind = (typeof frameKind)[keyof typeof frameKind];

/** Length of what follows (4), kind (1), number of the exchange (4). */
const headBytes = 9;
const lengthBytes = 4;
const firstBytes = 4_096;

const known: ReadonlySet<number> = new Set(Object.values(frameKind));
const encoder = new TextEncoder();

/** Puts frames behind each other into bytes. */
export class FrameWriter {
	#bytes: Uint8Array = new Uint8Array(firstBytes);
	#length = 0;

	/** How many bytes wait to be taken. */
	get sizeBytes(): number {
		return this.#length;
	}

	/**
	 * @param exchange 0 to 2^32 - 1.
	 * @throws {FlotillaError} `FLOTILLA_BODY_TOO_LARGE`: the frame would be longer than its limit. What
	 *   had been added before is as it was.
	 */
	add(kind: FrameKind, exchange: number, body: string): void {
		// Cheaper than to encode first, and it spares the room for what is far too long.
		if (body.length > limits.frameBytes) throw tooLarge(body.length);
		const start = this.#length;
		this.#makeRoom(start + headBytes + body.length * 3);
		const bytes = this.#bytes;
		const { written } = encoder.encodeInto(body, bytes.subarray(start + headBytes));
		const sizeBytes = headBytes - lengthBytes + written;
		if (sizeBytes > limits.frameBytes) throw tooLarge(sizeBytes);
		writeUint32(bytes, start, sizeBytes);
		bytes[start + 4] = kind;
		writeUint32(bytes, start + 5, exchange);
		this.#length = start + headBytes + written;
	}

	/** All frames so far, which leave the writer. */
	take(): Uint8Array {
		const taken = this.#bytes.subarray(0, this.#length);
		this.#bytes = new Uint8Array(firstBytes);
		this.#length = 0;
		return taken;
	}

	#makeRoom(sizeBytes: number): void {
		if (sizeBytes <= this.#bytes.length) return;
		const grown = new Uint8Array(Math.max(this.#bytes.length * 2, sizeBytes));
		grown.set(this.#bytes.subarray(0, this.#length));
		this.#bytes = grown;
	}
}

export type TakeFrame = (kind: FrameKind, exchange: number, body: string) => void;

/** Finds the frames again in what a stream has cut and joined at will. */
export class FrameReader {
	/** The largest length that a frame may announce: small until the other side is known. */
	maxBytes: number;
	readonly #decoder: TextDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
	/** The beginning of a frame whose end has not come yet. */
	#rest: Uint8Array = new Uint8Array(0);
	#restBytes = 0;

	constructor(maxBytes: number) {
		this.maxBytes = maxBytes;
	}

	/**
	 * Hands on the frames that `bytes` completes, in order. Never keeps more than one frame and the
	 * bytes of one call.
	 *
	 * @throws {FlotillaError} `FLOTILLA_FRAME_MALFORMED`: nothing after this makes sense.
	 */
	read(bytes: Uint8Array, take: TakeFrame): void {
		let at = 0;
		while (this.#restBytes > 0 && at < bytes.length) at = this.#complete(bytes, at, take);
		while (at < bytes.length) {
			const available = bytes.length - at;
			const sizeBytes = available < lengthBytes ? undefined : this.#sizeAt(bytes, at);
			if (sizeBytes === undefined || available < sizeBytes) {
				this.#keep(bytes.subarray(at), sizeBytes);
				return;
			}
			this.#hand(bytes.subarray(at, at + sizeBytes), take);
			at += sizeBytes;
		}
	}

	/** Adds to the frame that has begun, and hands it on when it is whole. Says how far it came. */
	#complete(bytes: Uint8Array, at: number, take: TakeFrame): number {
		const known = this.#restBytes >= lengthBytes;
		const wanted = known ? this.#sizeAt(this.#rest, 0) : lengthBytes;
		const count = Math.min(wanted - this.#restBytes, bytes.length - at);
		this.#keep(bytes.subarray(at, at + count), wanted);
		if (known && this.#restBytes === wanted) {
			const frame = this.#rest.subarray(0, wanted);
			this.#restBytes = 0;
			this.#rest = new Uint8Array(0);
			this.#hand(frame, take);
		} else if (this.#restBytes === lengthBytes) this.#sizeAt(this.#rest, 0);
		return at + count;
	}

	/** Grows with what has really come: a length alone must not cost memory. */
	#keep(bytes: Uint8Array, wanted: number | undefined): void {
		const needed = this.#restBytes + bytes.length;
		if (needed > this.#rest.length) {
			const roomy = Math.min(wanted ?? firstBytes, Math.max(needed, this.#rest.length * 2, 64));
			const grown = new Uint8Array(Math.max(needed, roomy));
			grown.set(this.#rest.subarray(0, this.#restBytes));
			this.#rest = grown;
		}
		this.#rest.set(bytes, this.#restBytes);
		this.#restBytes = needed;
	}

	/** The size of the whole frame that begins there. */
	#sizeAt(bytes: Uint8Array, at: number): number {
		const sizeBytes = readUint32(bytes, at);
		if (sizeBytes < headBytes - lengthBytes) throw malformed(`its length is ${sizeBytes}`);
		if (sizeBytes > this.maxBytes) {
			throw malformed(`its length is ${sizeBytes}, more than ${this.maxBytes}`);
		}
		return sizeBytes + lengthBytes;
	}

	#hand(frame: Uint8Array, take: TakeFrame): void {
		const kind = frame[lengthBytes] as number;
		if (!known.has(kind)) throw malformed(`its kind is ${kind}`);
		take(kind as FrameKind, readUint32(frame, lengthBytes + 1), this.#textOf(frame));
	}

	#textOf(frame: Uint8Array): string {
		if (frame.length === headBytes) return '';
		try {
			return this.#decoder.decode(frame.subarray(headBytes));
		} catch {
			throw malformed('it is not UTF-8');
		}
	}
}

/** The body of a frame, which must be JSON. */
export function parseBody(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		throw malformed('it is not JSON');
	}
}

/** For a frame that makes no sense. */
export function malformed(reason: string): FlotillaError {
	return new FlotillaError('FLOTILLA_FRAME_MALFORMED', `A frame was refused: ${reason}.`);
}

function tooLarge(sizeBytes: number): FlotillaError {
	const message = `A frame of ${sizeBytes} bytes is longer than ${limits.frameBytes}.`;
	return new FlotillaError('FLOTILLA_BODY_TOO_LARGE', message);
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
	bytes[at] = value >>> 24;
	bytes[at + 1] = value >>> 16;
	bytes[at + 2] = value >>> 8;
	bytes[at + 3] = value;
}

function readUint32(bytes: Uint8Array, at: number): number {
	const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
	return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
