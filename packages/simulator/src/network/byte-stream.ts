import { type Address, type ByteStream, type ByteStreamHandlers, limits } from 'flotilla/adapter';
import { hashOf } from '../kernel/chance.ts';
import { type ConnectionEnd, type EndUser, joined, type Segment } from './connection-end.ts';

/** What may be under way or unread; beyond it the sender keeps what is written. */
const windowBytes = 256 * 1024;
const segmentBytesMax = 64 * 1024;

/** How often what has arrived is handed over in two pieces, the second of them later. */
const cutShare = 1 / 16;
const cutDelayMs = 0.2;
const cutSalt = hashOf('cut');

/** A connection as a byte stream. What is written at one moment leaves together. */
export class SimulatedByteStream implements ByteStream, EndUser {
	readonly remote: Address;
	readonly #end: ConnectionEnd;
	#handlers: ByteStreamHandlers | undefined;
	#state: 'waiting' | 'started' | 'closing' | 'closed' = 'waiting';
	#paused = false;
	#lost: string | undefined;
	#destroyedHere = false;

	#outgoing: Uint8Array[] = [];
	#outgoingBytes = 0;
	#underWayBytes = 0;
	#lastSegment: Segment | undefined;
	#full = false;
	#acknowledging = false;
	#endedHere = false;
	#endSent = false;

	#incoming: Uint8Array[] = [];
	#incomingBytes = 0;
	#incomingEnds = false;
	#flowing = false;
	#endedThere = false;
	#deliveries = 0;

	constructor(end: ConnectionEnd) {
		this.#end = end;
		this.remote = end.remote;
		end.user = this;
	}

	/** Whether the owner has taken over. */
	get started(): boolean {
		return this.#handlers !== undefined;
	}

	start(handlers: ByteStreamHandlers): void {
		if (this.#handlers !== undefined || this.#state === 'closed') {
			throw new TypeError('A byte stream is started exactly once.');
		}
		this.#handlers = handlers;
		if (this.#state === 'waiting') {
			this.#state = 'started';
			this.#flowSoon(0);
		} else {
			this.#closeSoon();
		}
	}

	write(bytes: Uint8Array): boolean {
		if (this.#endedHere || this.#endedThere || this.#isOver()) return true;
		if (this.#lost !== undefined) {
			// Who writes notices even when it does not read.
			if (this.#state === 'started') this.#finish();
			return true;
		}
		if (bytes.length > 0) {
			this.#outgoing.push(bytes);
			this.#outgoingBytes += bytes.length;
			this.#send();
		}
		if (this.#outgoingBytes <= limits.streamBytesWaiting) return true;
		this.#full = true;
		return false;
	}

	pause(): void {
		this.#paused = true;
	}

	resume(): void {
		if (!this.#paused) return;
		this.#paused = false;
		this.#flowSoon(0);
	}

	end(): void {
		if (this.#endedHere || this.#isOver()) return;
		this.#endedHere = true;
		this.#send();
		this.#finishWhenEnded();
	}

	destroy(): void {
		if (this.#isOver()) return;
		this.#destroyedHere = true;
		this.#end.abort({ unread: this.#incomingBytes > 0 });
		this.#finish();
	}

	// The connection's side.

	arrived(segment: Segment): void {
		if (this.#isOver()) return;
		this.#take(segment);
		// Several that wait, as after a pause, are sometimes handed over as one.
		while (!this.#incomingEnds && this.#draw() < 1 / 2) {
			const due = this.#end.takeDue();
			if (due === undefined) break;
			this.#take(due);
		}
		this.#flow();
	}

	lost(reason: string): void {
		if (this.#isOver()) return;
		this.#lost = reason;
		if (this.#state === 'started' && !this.#paused) this.#close();
	}

	acknowledged(sizeBytes: number): void {
		this.#underWayBytes -= sizeBytes;
		if (this.#outgoingBytes > 0 && !this.#acknowledging) this.#sendWhenAcknowledged();
	}

	#take({ bytes, sizeBytes, ends }: Segment): void {
		for (const part of bytes) this.#incoming.push(part);
		this.#incomingBytes += sizeBytes;
		this.#incomingEnds ||= ends;
	}

	/** Nothing is heard of it any more but, perhaps, that it is closed. */
	#isOver(): boolean {
		return this.#state === 'closing' || this.#state === 'closed' || !this.#end.process.alive;
	}

	#send(): void {
		for (;;) {
			const first = this.#outgoing[0];
			if (first === undefined || this.#underWayBytes >= windowBytes) break;
			const piece = first.length > segmentBytesMax ? first.subarray(0, segmentBytesMax) : first;
			if (piece === first) this.#outgoing.shift();
			else this.#outgoing[0] = first.subarray(segmentBytesMax);
			this.#outgoingBytes -= piece.length;
			this.#underWayBytes += piece.length;
			this.#sendPiece(piece);
		}
		if (!this.#endedHere || this.#endSent || this.#outgoing.length > 0) return;
		this.#endSent = true;
		const last = this.#openSegment();
		if (last === undefined) this.#end.send({ ends: true });
		else last.ends = true;
	}

	#sendPiece(piece: Uint8Array): void {
		const last = this.#openSegment();
		if (last !== undefined && last.sizeBytes + piece.length <= segmentBytesMax) {
			this.#end.grow(last, piece);
		} else {
			this.#lastSegment = this.#end.send({ bytes: piece });
		}
	}

	/** The last segment, while it is still the moment at which it was sent. */
	#openSegment(): Segment | undefined {
		const last = this.#lastSegment;
		return last?.sentAtMs === this.#end.medium.kernel.nowMs ? last : undefined;
	}

	#sendWhenAcknowledged(): void {
		this.#acknowledging = true;
		this.#end.onAcknowledgement(() => {
			this.#acknowledging = false;
			if (this.#state === 'closing' || this.#state === 'closed') return;
			this.#send();
			if (this.#outgoingBytes > 0) {
				if (this.#underWayBytes < windowBytes) this.#sendWhenAcknowledged();
				return;
			}
			if (this.#full) {
				this.#full = false;
				this.#handlers?.drain?.();
			}
			this.#finishWhenEnded();
		});
	}

	#flowSoon(delayMs: number): void {
		if (this.#flowing) return;
		this.#flowing = true;
		const { kernel } = this.#end.medium;
		kernel.after(delayMs, this.#end.process, 'flow', this.#incomingBytes, () => {
			this.#flowing = false;
			this.#flow();
		});
	}

	/** Hands over what has arrived. */
	#flow(): void {
		const handlers = this.#handlers;
		if (this.#state !== 'started' || this.#paused || handlers === undefined) return;
		if (this.#lost !== undefined) {
			this.#close();
			return;
		}
		if (this.#incomingBytes > 0) {
			const bytes = this.#takeIncoming();
			if (this.#incomingBytes > 0) this.#flowSoon(cutDelayMs * this.#draw());
			this.#end.acknowledge(bytes.length);
			handlers.data(bytes);
		}
		if (this.#incomingBytes === 0 && this.#incomingEnds && !this.#endedThere) this.#onEnd();
	}

	#takeIncoming(): Uint8Array {
		const whole = joined(this.#incoming);
		let bytes = whole;
		this.#incoming = [];
		if (whole.length > 1 && this.#draw() < cutShare) {
			const length = 1 + Math.floor(this.#draw() * (whole.length - 1));
			bytes = whole.subarray(0, length);
			this.#incoming.push(whole.subarray(length));
		}
		this.#incomingBytes = whole.length - bytes.length;
		return plainBytes(bytes);
	}

	/** There are no half-open streams: this side ends too, after what is queued. */
	#onEnd(): void {
		if (this.#isOver() || this.#paused) return;
		this.#endedThere = true;
		this.#endedHere = true;
		this.#send();
		this.#finishWhenEnded();
	}

	#finishWhenEnded(): void {
		if (this.#state !== 'started' || !this.#endedThere || !this.#endSent) return;
		this.#end.close();
		this.#finish();
	}

	/** Never from within a call: the owner may not be ready to hear of it yet. */
	#finish(): void {
		const started = this.#state === 'started';
		this.#state = 'closing';
		if (started) this.#closeSoon();
	}

	#closeSoon(): void {
		const { kernel } = this.#end.medium;
		kernel.after(0, this.#end.process, 'closed', this.#lost ?? '', () => this.#close());
	}

	#close(): void {
		if (this.#state === 'closed') return;
		this.#state = 'closed';
		this.#outgoing = [];
		this.#incoming = [];
		this.#handlers?.closed(this.#reason());
	}

	#reason(): Error | undefined {
		if (this.#lost === undefined || this.#destroyedHere) return undefined;
		const { host, port } = this.remote;
		return new Error(`The connection with ${host}:${port} broke: ${this.#lost}.`);
	}

	#draw(): number {
		return this.#end.draw(cutSalt, this.#deliveries++);
	}
}

/** What comes out of the seam is never a `Buffer`. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
	if (bytes.constructor === Uint8Array) return bytes;
	return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
