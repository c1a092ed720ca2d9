import type { ServerResponse } from 'node:http';
import { type Clock, FlotillaError } from 'flotilla/adapter';
import { fixedLimits, type GatewayLimits } from './limits.ts';
import type { Problem } from './problem.ts';
import { within } from './within.ts';

type EventLimits = Pick<GatewayLimits, 'streams' | 'heartbeatMs' | 'stallTimeoutMs'>;

/** The event streams of a gateway that are open: server-sent events, one JSON value each. */
export class EventStreams {
	readonly #clock: Clock;
	readonly #limits: EventLimits;
	readonly #open = new Set<AsyncIterator<unknown>>();
	#ending = false;

	constructor(clock: Clock, limits: EventLimits) {
		this.#clock = clock;
		this.#limits = limits;
	}

	/**
	 * Starts to read a streaming result. Waits a moment for its first value, so that a failure right
	 * at the start still becomes an answer with a status.
	 *
	 * @throws {FlotillaError} `FLOTILLA_OVERLOADED`: as many are open as the limits allow.
	 */
	async open(values: AsyncIterable<unknown>): Promise<EventStream> {
		if (this.#open.size >= this.#limits.streams || this.#ending) {
			throw new FlotillaError(
				'FLOTILLA_OVERLOADED',
				`${this.#open.size} event streams are open; no more are taken now.`,
			);
		}
		const reader = values[Symbol.asyncIterator]();
		this.#open.add(reader);
		const closed = (): void => {
			this.#open.delete(reader);
			reader.return?.().catch(() => {});
		};
		const first = reader.next();
		try {
			await within(this.#clock, fixedLimits.firstEventMs, first);
		} catch (error) {
			closed();
			throw error;
		}
		const parts = { reader, first, closed, isEnding: () => this.#ending };
		return new EventStream(this.#clock, this.#limits, parts);
	}

	/** Ends all of them and opens no further one. */
	end(): void {
		this.#ending = true;
		for (const reader of this.#open) reader.return?.().catch(() => {});
	}
}

interface StreamParts {
	readonly reader: AsyncIterator<unknown>;
	readonly first: Promise<IteratorResult<unknown>>;
	/** Is told when nobody reads any more. */
	readonly closed: () => void;
	/** Whether the edge ends it, so that its end says nothing about the values. */
	readonly isEnding: () => boolean;
}

/** One event stream, from its first value on. */
export class EventStream {
	readonly #clock: Clock;
	readonly #limits: EventLimits;
	readonly #reader: AsyncIterator<unknown>;
	readonly #first: Promise<IteratorResult<unknown>>;
	readonly #closed: () => void;
	readonly #isEnding: () => boolean;

	constructor(clock: Clock, limits: EventLimits, parts: StreamParts) {
		this.#clock = clock;
		this.#limits = limits;
		this.#reader = parts.reader;
		this.#first = parts.first;
		this.#closed = parts.closed;
		this.#isEnding = parts.isEnding;
	}

	/**
	 * Writes the values until they end or the client leaves, the next one when the last has left. A
	 * failure becomes an event named `problem`, since the status is out by then.
	 */
	async writeTo(
		response: ServerResponse,
		headers: Readonly<Record<string, string>>,
		problemOf: (error: unknown) => Problem,
	): Promise<void> {
		response.writeHead(200, {
			...headers,
			'content-type': 'text/event-stream',
			'cache-control': 'no-store',
			'x-accel-buffering': 'no',
		});
		response.flushHeaders();
		try {
			let pending = this.#first;
			for (;;) {
				const next = await within(this.#clock, this.#limits.heartbeatMs, pending);
				if (response.destroyed) break;
				if (next?.done) {
					if (this.#isEnding()) throw closing();
					break;
				}
				const text = next === undefined ? ': alive\n\n' : `data: ${JSON.stringify(next.value)}\n\n`;
				if (!response.write(text) && !(await this.#drained(response))) break;
				if (next !== undefined) pending = this.#reader.next();
			}
		} catch (error) {
			if (!response.destroyed) {
				response.write(`event: problem\ndata: ${JSON.stringify(problemOf(error))}\n\n`);
			}
		} finally {
			this.#closed();
			response.end();
		}
	}

	/** Whether the client has taken what was written; false when it left, or took nothing for long. */
	#drained(response: ServerResponse): Promise<boolean> {
		return new Promise((resolve) => {
			const settle = (drained: boolean): void => {
				timer.cancel();
				response.off('drain', onDrain);
				response.off('close', onClose);
				resolve(drained);
			};
			const onDrain = (): void => settle(true);
			const onClose = (): void => settle(false);
			const timer = this.#clock.setTimer(this.#limits.stallTimeoutMs, () => {
				response.destroy();
				settle(false);
			});
			response.on('drain', onDrain);
			response.on('close', onClose);
		});
	}
}

/** A reader must not take the end of an edge for the end of the values. */
function closing(): FlotillaError {
	return new FlotillaError('FLOTILLA_UNAVAILABLE', 'This edge is closing, and ends its streams.');
}
