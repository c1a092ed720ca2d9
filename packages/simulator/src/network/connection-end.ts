import type { Address } from 'flotilla/adapter';
import { hashOf } from '../kernel/chance.ts';
import type { SimulatedProcess } from '../kernel/kernel.ts';
import { MICROSECOND_MS, type Scheduled } from '../kernel/scheduler.ts';
import type { ChannelMessage } from './channel.ts';
import { type Link, retransmissionMs } from './link.ts';
import type { Medium } from './medium.ts';

/** What travels through a connection in one piece, in order. */
export interface Segment {
	/** Its number on the link. */
	readonly number: number;
	readonly sentAtMs: number;
	arriveAtMs: number;
	/** Bytes that were written at one moment. */
	readonly bytes: Uint8Array[];
	readonly message: ChannelMessage | undefined;
	sizeBytes: number;
	/** The sender sends nothing after this. */
	ends: boolean;
}

/** What stands on an end of a connection: a stream, a channel, or somebody who waits for one. */
export interface EndUser {
	/** A segment is here. Runs as an event of the process. */
	arrived(segment: Segment): void;
	/** The connection is lost. Runs as an event of the process, last. */
	lost(reason: string): void;
	/** The other side has taken that many bytes. */
	acknowledged(sizeBytes: number): void;
}

/** Unacknowledged for this long, a connection is given up by who sends. */
const sendTimeoutMs = 20_000;
const retransmissionMsMax = 5_000;
/** As the real byte streams ask: after a silence, then so long in vain. */
const silenceMs = 30_000;
const probesMs = 10_000;

const resetShare = 0.002;
const halfOpenShare = 0.001;
const halfOpenSalt = hashOf('half-open');

/**
 * One end of a connection that behaves like TCP over a bad network: what is sent arrives in order and
 * nothing of it is lost while the connection lives. A lost or blocked segment is sent again after
 * 200 ms, 400 ms and so on, up to 5 s, and holds up those behind it; after 20 s the sender gives up, and
 * the other end does not hear of that.
 */
export class ConnectionEnd {
	readonly process: SimulatedProcess;
	/** Towards the other end. */
	readonly link: Link;
	readonly remote: Address;
	user: EndUser;
	readonly #medium: Medium;
	/** For decisions about this end alone. */
	#scope = 0;
	/** Of the connection, in the log of messages. */
	#number = 0;
	#peer: ConnectionEnd = this;
	/**
	 * - `severed`: lost, and the process does not know yet.
	 * - `closed`: by its user, in order; what is under way still arrives.
	 * - `broken`: lost, and there is nobody any more who could be told.
	 */
	#state: 'open' | 'severed' | 'closed' | 'broken' = 'open';
	#flight: Segment[] = [];
	/** The arrival of the first segment under way, or its next retransmission. */
	#next: Scheduled | undefined;
	#stalledSinceMs: number | undefined;
	#lastArrivalMs = 0;
	#unacknowledgedSinceMs: number | undefined;
	/** The other end is gone and nothing on the way ever answers. */
	#blackHole = false;
	readonly #arriveNext = (): void => this.#arrive();
	readonly #describeNext = (): string => this.#describe();

	private constructor(
		medium: Medium,
		options: {
			readonly process: SimulatedProcess;
			readonly to: string;
			readonly remote: Address;
			readonly user: EndUser;
		},
	) {
		this.#medium = medium;
		this.process = options.process;
		this.link = medium.link(options.process.machine, options.to);
		this.remote = options.remote;
		this.user = options.user;
		medium.keep(this);
	}

	/** Makes both ends of a connection. */
	static pair(
		medium: Medium,
		client: {
			readonly process: SimulatedProcess;
			readonly remote: Address;
			readonly user: EndUser;
		},
		server: {
			readonly process: SimulatedProcess;
			readonly remote: Address;
			readonly user: EndUser;
		},
	): { readonly client: ConnectionEnd; readonly server: ConnectionEnd } {
		const one = new ConnectionEnd(medium, { ...client, to: server.process.machine });
		const other = new ConnectionEnd(medium, { ...server, to: client.process.machine });
		one.#peer = other;
		other.#peer = one;
		const ports = `${client.remote.port} ${server.remote.port}`;
		one.#scope = hashOf(`${one.link.scope.name} ${ports}`);
		other.#scope = hashOf(`${other.link.scope.name} ${ports}`);
		one.#number = other.#number = medium.nextConnection();
		return { client: one, server: other };
	}

	get medium(): Medium {
		return this.#medium;
	}

	get open(): boolean {
		return this.#state === 'open';
	}

	/** Sends something, unless the connection is over. */
	send(content: {
		readonly bytes?: Uint8Array;
		readonly message?: ChannelMessage;
		readonly ends?: boolean;
	}): Segment | undefined {
		if (this.#state !== 'open') return undefined;
		const { bytes, message, ends = false } = content;
		const number = this.link.next();
		const sizeBytes = bytes?.length ?? message?.sizeBytes ?? 0;
		if (this.#strikes(number)) return undefined;
		const arriveAtMs = Math.max(
			this.#lastArrivalMs,
			this.link.arrivalMs(number, sizeBytes) + this.link.lossMs(number) + (message?.madeInMs ?? 0),
		);
		const segment: Segment = {
			number,
			sentAtMs: this.#medium.kernel.nowMs,
			arriveAtMs,
			bytes: bytes === undefined ? [] : [bytes],
			message,
			sizeBytes,
			ends,
		};
		this.#lastArrivalMs = arriveAtMs;
		this.#flight.push(segment);
		if (this.#next === undefined) this.#scheduleArrival();
		return segment;
	}

	/** Adds to a segment that was sent at this very moment. */
	grow(segment: Segment, bytes: Uint8Array): void {
		segment.bytes.push(bytes);
		segment.sizeBytes += bytes.length;
		segment.arriveAtMs += this.link.growthMs(bytes.length);
		this.#lastArrivalMs = Math.max(this.#lastArrivalMs, segment.arriveAtMs);
	}

	/** Tells the other end's user that bytes were taken. */
	acknowledge(sizeBytes: number): void {
		this.#peer.user.acknowledged(sizeBytes);
	}

	/** Calls `run` when an acknowledgement that the other end sends now is here. */
	onAcknowledgement(run: () => void): void {
		const { kernel } = this.#medium;
		const back = this.#peer.link;
		const poll = (waitMs: number): void => {
			kernel.after(waitMs, this.process, 'acknowledgement', back.scope.hash, () => {
				if (back.blocked) poll(Math.min(waitMs + retransmissionMs, retransmissionMsMax));
				else run();
			});
		};
		poll(this.#peer.#wayMs());
	}

	/** A number for a decision about this connection, 0 inclusive to 1 exclusive. */
	draw(salt: number, count: number): number {
		return this.#medium.kernel.chance.draw(this.#scope ^ salt, count);
	}

	/** Takes the segments that should have arrived by now but wait, as after a pause. */
	takeDue(): Segment | undefined {
		const peer = this.#peer;
		const next = peer.#flight[0];
		if (next === undefined || next.arriveAtMs > this.#medium.kernel.nowMs + MICROSECOND_MS)
			return undefined;
		if (peer.#stalledSinceMs !== undefined || peer.link.blockedAt(next.arriveAtMs))
			return undefined;
		peer.#flight.shift();
		peer.#next?.cancel();
		peer.#next = undefined;
		peer.#scheduleArrival();
		peer.#countArrival(next);
		return next;
	}

	/** Both sides have ended: what is under way still arrives. */
	close(): void {
		if (this.#state !== 'open') return;
		this.#state = 'closed';
		this.#medium.forget(this);
	}

	/**
	 * Ends both directions. The other end sees an end in order, or, when it had sent what nobody has read,
	 * a reset.
	 */
	abort({ unread }: { readonly unread: boolean }): void {
		if (this.#state !== 'open') {
			this.#state = 'broken';
			this.#medium.forget(this);
			return;
		}
		const peer = this.#peer;
		if (unread || peer.#flight.some(({ sizeBytes }) => sizeBytes > 0)) {
			peer.#resetLater(Math.max(this.#lastArrivalMs - this.#medium.kernel.nowMs, this.#wayMs()));
		} else {
			this.send({ ends: true });
		}
		if (this.#state === 'open') this.close();
	}

	/** Nobody ever took this end over: drops it without a word. */
	discard(): void {
		this.#state = 'broken';
		this.#drop();
		this.#medium.forget(this);
	}

	/** Breaks the connection: what is under way is lost, and each end learns of it by itself. */
	break(): void {
		const peer = this.#peer;
		this.#sever();
		peer.#sever();
		this.#learnLater(peer.#wayMs(), 'read ECONNRESET');
		peer.#learnLater(this.#wayMs(), 'read ECONNRESET');
	}

	/** The link has been blocked for longer than connections bear silence. */
	giveUp(): void {
		this.#learnLater(0, 'read ETIMEDOUT');
	}

	/** Its process is dead. */
	died({ told }: { readonly told: boolean }): void {
		const peer = this.#peer;
		const wasOpen = this.#state === 'open' || this.#state === 'severed';
		this.#state = 'broken';
		// Nobody sends again what was lost.
		if (this.#stalledSinceMs !== undefined) this.#drop();
		if (wasOpen) {
			if (told) peer.#resetLater(this.#wayMs());
			else peer.#orphaned();
		}
		// What was on its way to the dead process is an event of nobody now.
		if (peer.#stalledSinceMs === undefined) {
			peer.#next?.cancel();
			peer.#next = undefined;
			peer.#scheduleArrival();
		}
	}

	#scheduleArrival(): void {
		const head = this.#flight[0];
		if (head === undefined) return;
		const { kernel } = this.#medium;
		const peer = this.#peer;
		const owner = peer.#state === 'open' && peer.process.alive ? peer.process : undefined;
		this.#next = kernel.after(
			head.arriveAtMs - kernel.nowMs,
			owner,
			'message',
			head.number,
			this.#arriveNext,
			this.#describeNext,
		);
	}

	#arrive(): void {
		this.#next = undefined;
		const head = this.#flight[0];
		if (head === undefined) return;
		const peer = this.#peer;
		if (head.arriveAtMs > this.#medium.kernel.nowMs + MICROSECOND_MS) {
			// It has grown since it left.
			this.#scheduleArrival();
		} else if (this.link.blockedAt(head.arriveAtMs)) {
			// Nobody sends again for a process that is dead.
			if (this.#state === 'broken') this.#drop();
			else this.#stall();
		} else if (peer.#state !== 'open' || !peer.process.alive) {
			this.#unwanted(head);
		} else {
			this.#flight.shift();
			this.#scheduleArrival();
			this.#countArrival(head);
			peer.user.arrived(head);
		}
	}

	#countArrival(segment: Segment): void {
		const { kernel, log } = this.#medium;
		for (const bytes of segment.bytes) kernel.trace.add(bytes);
		if (segment.message !== undefined) kernel.trace.add(segment.message.digest);
		if (segment.sizeBytes > 0) {
			this.link.countDelivery(segment.sizeBytes);
			if (log.keeps) this.#record(segment);
		}
		if (this.#peer.link.blocked) this.#watchAcknowledgement();
	}

	/** Arrived where there is no such connection any more. */
	#unwanted(head: Segment): void {
		const peer = this.#peer;
		if (peer.#state === 'closed' && head.ends && head.sizeBytes === 0) {
			this.#flight.shift();
			this.#scheduleArrival();
		} else if (this.#reaches()) {
			this.#drop();
			this.#resetLater(peer.#wayMs());
		} else {
			this.#stall();
		}
	}

	/** Whether the other machine hears this one and can answer. */
	#reaches(): boolean {
		const { link, process } = this.#peer;
		return (
			!this.#blackHole && !this.link.blocked && !link.blocked && this.#medium.isUp(process.machine)
		);
	}

	#stall(): void {
		this.#stalledSinceMs = this.#medium.kernel.nowMs;
		this.link.countLoss();
		this.#retransmitAfter(retransmissionMs);
	}

	#retransmitAfter(waitMs: number): void {
		const { kernel } = this.#medium;
		const head = this.#flight[0]?.number ?? -1;
		this.#next = kernel.after(waitMs, undefined, 'retransmission', head, () => {
			this.#next = undefined;
			if (this.#retransmit()) return;
			const leftMs = sendTimeoutMs - (kernel.nowMs - (this.#stalledSinceMs ?? kernel.nowMs));
			// Not to the last microsecond, to which sums of times are not exact.
			if (leftMs < 1 || !this.#medium.isUp(this.process.machine)) this.#abandon();
			else this.#retransmitAfter(Math.min(waitMs * 2, retransmissionMsMax, leftMs));
		});
	}

	/** Whether what was held is under way again. */
	#retransmit(): boolean {
		const { kernel } = this.#medium;
		const peer = this.#peer;
		const head = this.#flight[0];
		if (head === undefined) return true;
		const gone = peer.#state !== 'open' || !peer.process.alive;
		if (this.link.blocked || (gone && !this.#reaches())) return false;
		this.#stalledSinceMs = undefined;
		let atMs = kernel.nowMs + this.#wayMs();
		for (const segment of this.#flight) {
			atMs = Math.max(atMs, segment.arriveAtMs);
			segment.arriveAtMs = atMs;
		}
		this.#lastArrivalMs = Math.max(this.#lastArrivalMs, atMs);
		this.#scheduleArrival();
		return true;
	}

	/** Sent again and again without an answer. */
	#abandon(): void {
		this.#drop();
		if (this.#state === 'open') this.#learnLater(0, 'write ETIMEDOUT');
		this.#peer.#orphaned();
	}

	/** Segments arrive, but what tells so does not. */
	#watchAcknowledgement(): void {
		if (this.#unacknowledgedSinceMs !== undefined) return;
		const { kernel } = this.#medium;
		const sinceMs = kernel.nowMs;
		this.#unacknowledgedSinceMs = sinceMs;
		kernel.after(sendTimeoutMs, undefined, 'acknowledgement', this.link.scope.hash, () => {
			this.#unacknowledgedSinceMs = undefined;
			if (this.#state === 'open' && this.#peer.link.blockedAt(sinceMs)) this.#abandon();
		});
	}

	/** The other end is gone without a word. This one asks after a long silence. */
	#orphaned(): void {
		if (this.#state !== 'open') return;
		const { kernel } = this.#medium;
		kernel.after(silenceMs, undefined, 'keep-alive', this.link.scope.hash, () => {
			if (this.#state !== 'open') return;
			if (this.#reaches()) this.#resetLater(this.#wayMs() + this.#peer.#wayMs());
			else this.#learnLater(probesMs, 'read ETIMEDOUT');
		});
	}

	/** The other machine says that it knows nothing of this connection. */
	#resetLater(delayMs: number): void {
		const arriveAtMs = this.#medium.kernel.nowMs + delayMs;
		this.#learnLater(delayMs, 'read ECONNRESET', () => this.#peer.link.blockedAt(arriveAtMs));
	}

	/** @param isLost Asked when it is time: the news have not got through. */
	#learnLater(delayMs: number, reason: string, isLost?: () => boolean): void {
		if (this.#state === 'closed' || this.#state === 'broken') return;
		const { kernel } = this.#medium;
		const learn = (): void => {
			if (this.#state === 'closed' || this.#state === 'broken') return;
			if (isLost?.() === true) {
				this.#orphaned();
				return;
			}
			this.#state = 'broken';
			this.#drop();
			this.#peer.#drop();
			this.#medium.forget(this);
			this.user.lost(reason);
		};
		const { from, to } = this.link;
		kernel.after(delayMs, this.process, 'reset', this.link.scope.hash, learn, () => {
			return `${from} loses its connection with ${to}: ${reason}`;
		});
	}

	#strikes(number: number): boolean {
		const { link } = this;
		const both = link.strikes('network.reset', number, resetShare, () => {
			return `a connection of ${link.from} with ${link.to} breaks`;
		});
		if (both) {
			this.break();
			return true;
		}
		const oneLearns = link.strikes('network.half-open', number, halfOpenShare, () => {
			return `a connection of ${link.from} with ${link.to} breaks on one side`;
		});
		if (oneLearns) this.#breakHalf(link.draw(halfOpenSalt, number));
		return oneLearns;
	}

	/** Breaks the connection so that one end only learns of it. */
	#breakHalf(draw: number): void {
		const learns = draw < 0.5 ? this : this.#peer;
		const other = learns.#peer;
		const blackHole = (draw * 4) % 2 < 1;
		learns.#sever();
		other.#drop();
		other.#blackHole = blackHole;
		learns.#learnLater(other.#wayMs(), 'read ECONNRESET');
		other.#orphaned();
	}

	#sever(): void {
		if (this.#state === 'open') this.#state = 'severed';
		this.#drop();
	}

	#drop(): void {
		this.#flight = [];
		this.#next?.cancel();
		this.#next = undefined;
		this.#stalledSinceMs = undefined;
	}

	#wayMs(): number {
		return this.link.delayMs(this.link.next());
	}

	#describe(): string {
		const { from, to } = this.link;
		const head = this.#flight[0];
		if (head === undefined) return `${from} → ${to} nothing`;
		if (this.link.blockedAt(head.arriveAtMs)) return `${from} → ${to} is blocked`;
		return `${from} → ${to} ${this.#contentOf(head)}`;
	}

	#contentOf(segment: Segment): string {
		if (segment.sizeBytes === 0 && segment.ends) return 'end';
		const meaning = this.#meaningOf(segment);
		return `${segment.sizeBytes} bytes${meaning === undefined ? '' : `: ${meaning}`}`;
	}

	#meaningOf({ bytes, message }: Segment): string | undefined {
		if (bytes.length > 0) return this.#medium.describeBytes?.(joined(bytes));
		return message?.describe?.();
	}

	#record(segment: Segment): void {
		const { log, kernel } = this.#medium;
		const { from, to } = this.link;
		const { sentAtMs } = segment;
		const text = this.#meaningOf(segment) ?? this.#contentOf(segment);
		const deliveredAtMs = kernel.nowMs;
		log.add({ connection: this.#number, from, to, sentAtMs, deliveredAtMs, text });
	}
}

/** Parts of a run of bytes as one; a single part is not copied. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
	const [first] = parts;
	if (first !== undefined && parts.length === 1) return first;
	let sizeBytes = 0;
	for (const part of parts) sizeBytes += part.length;
	const whole = new Uint8Array(sizeBytes);
	let filled = 0;
	for (const part of parts) {
		whole.set(part, filled);
		filled += part.length;
	}
	return whole;
}
