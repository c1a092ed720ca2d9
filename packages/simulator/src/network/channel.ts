import type { Address } from 'flotilla/adapter';
import type { Traced } from '../kernel/trace.ts';
import type { ConnectionEnd, EndUser, Segment } from './connection-end.ts';

/** What travels over a channel in one piece. */
export interface ChannelMessage {
	/** Passed on as it is: neither side changes it from now on. */
	readonly payload: unknown;
	/** What it would take on the wire: that decides how long a slow link needs. */
	readonly sizeBytes: number;
	/** How long the sender takes to make it, before it leaves; 0 when absent. */
	readonly madeInMs?: number | undefined;
	/** Everything of the payload that matters, for the hash of the trace. */
	readonly digest: Traced;
	/** For the trace in words, such as `commit`. */
	readonly describe?: (() => string) | undefined;
}

/**
 * A connection that carries whole messages in order: the semantics of a byte stream (it delays, breaks,
 * is half-open, holds what a partition blocks) without the cost of encoding.
 */
export interface Channel {
	readonly remote: Address;
	/** Starts the flow. Called exactly once; by the accepting side before `accept` returns. */
	start(handlers: ChannelHandlers): void;
	/** After the end of the channel the message is dropped. */
	send(message: ChannelMessage): void;
	/** Sends what is queued, then ends; the other side then ends too. */
	end(): void;
	/** Ends both directions at once. */
	destroy(): void;
}

export interface ChannelHandlers {
	message(payload: unknown): void;
	/** Called once, last. With an error when the connection broke, without when both sides ended. */
	closed(error?: Error): void;
}

export interface ChannelListener {
	readonly address: Address;
	/** Stops accepting, at once; channels that were accepted stay open. */
	close(): void;
}

/** A connection as a channel. */
export class SimulatedChannel implements Channel, EndUser {
	readonly remote: Address;
	readonly #end: ConnectionEnd;
	#handlers: ChannelHandlers | undefined;
	#state: 'waiting' | 'started' | 'closing' | 'closed' = 'waiting';
	#early: Segment[] = [];
	#lost: string | undefined;
	#destroyedHere = false;
	#endedHere = false;
	#endedThere = false;

	constructor(end: ConnectionEnd) {
		this.#end = end;
		this.remote = end.remote;
		end.user = this;
	}

	/** Whether the owner has taken over. */
	get started(): boolean {
		return this.#handlers !== undefined;
	}

	start(handlers: ChannelHandlers): void {
		if (this.#handlers !== undefined || this.#state === 'closed') {
			throw new TypeError('A channel is started exactly once.');
		}
		this.#handlers = handlers;
		if (this.#state === 'closing') {
			this.#closeSoon();
			return;
		}
		this.#state = 'started';
		if (this.#early.length > 0 || this.#lost !== undefined) this.#later('flow', this.#flowEarly);
	}

	send(message: ChannelMessage): void {
		if (this.#endedHere || this.#endedThere || this.#isOver()) return;
		this.#end.send({ message });
	}

	end(): void {
		if (this.#endedHere || this.#isOver()) return;
		this.#endedHere = true;
		this.#end.send({ ends: true });
		this.#finishWhenEnded();
	}

	destroy(): void {
		if (this.#isOver()) return;
		this.#destroyedHere = true;
		this.#end.abort({ unread: this.#early.length > 0 });
		this.#finish();
	}

	// The connection's side.

	arrived(segment: Segment): void {
		if (this.#isOver()) return;
		// In order: what came before `start` and is not handed over yet goes first.
		if (this.#state === 'waiting' || this.#early.length > 0) this.#early.push(segment);
		else this.#receive(segment);
	}

	lost(reason: string): void {
		if (this.#isOver()) return;
		this.#lost = reason;
		if (this.#state === 'started') this.#close();
	}

	acknowledged(): void {}

	readonly #flowEarly = (): void => {
		while (this.#state === 'started') {
			const segment = this.#early.shift();
			if (segment === undefined) break;
			this.#receive(segment);
		}
		if (this.#lost !== undefined) this.#close();
	};

	#receive({ message, ends }: Segment): void {
		if (message !== undefined) this.#handlers?.message(message.payload);
		if (!ends || this.#isOver()) return;
		this.#endedThere = true;
		if (!this.#endedHere) this.#end.send({ ends: true });
		this.#endedHere = true;
		this.#finishWhenEnded();
	}

	#isOver(): boolean {
		return this.#state === 'closing' || this.#state === 'closed' || !this.#end.process.alive;
	}

	#finishWhenEnded(): void {
		if (!this.#endedHere || !this.#endedThere) return;
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
		this.#later('closed', () => this.#close());
	}

	#close(): void {
		if (this.#state === 'closed') return;
		this.#state = 'closed';
		this.#early = [];
		this.#handlers?.closed(this.#reason());
	}

	#reason(): Error | undefined {
		if (this.#lost === undefined || this.#destroyedHere) return undefined;
		const { host, port } = this.remote;
		return new Error(`The connection with ${host}:${port} broke: ${this.#lost}.`);
	}

	#later(kind: string, run: () => void): void {
		this.#end.medium.kernel.after(0, this.#end.process, kind, this.#lost ?? '', run);
	}
}
