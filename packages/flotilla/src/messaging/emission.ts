import type { Context } from '../context/context.ts';
import { uuidV7 } from '../context/identifiers.ts';
import type { Principal } from '../context/principal.ts';
import type { EventType } from '../contract/compile-events.ts';
import type { Contract } from '../contract/contract.ts';
import { wireForm } from '../contract/wire-form.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Clock } from '../host/clock.ts';
import type { RandomSource } from '../host/random.ts';
import { limits } from '../limits.ts';
import type { OutboxEvent } from './outbox.ts';

/** What an event carries besides its data: who caused it. */
export interface EventContext {
	readonly traceparent: string;
	readonly tracestate?: string;
	readonly principal?: Principal;
}

export interface EmissionParts {
	readonly contract: Contract;
	readonly context: Context;
	readonly clock: Clock;
	readonly random: RandomSource;
}

/** The events of one run of a transaction. */
export class Emission {
	/** The functions of `t.emit`: they check an event and put it on the list. */
	readonly emit: Readonly<Record<string, (data: unknown) => void>>;
	readonly #parts: EmissionParts;
	readonly #events: OutboxEvent[] = [];
	#closed = false;

	constructor(parts: EmissionParts) {
		this.#parts = parts;
		this.emit = Object.fromEntries(
			[...parts.contract.events.values()].map((type) => [
				type.name,
				(data: unknown) => this.#add(type, data),
			]),
		);
	}

	/** Lets no further event in, and returns those that are to be committed, in order. */
	close(): readonly OutboxEvent[] {
		this.#closed = true;
		return this.#events;
	}

	#add(type: EventType, data: unknown): void {
		if (this.#closed) {
			const message = `The event ${type.address} was emitted after its transaction had ended.`;
			throw new FlotillaError('FLOTILLA_TX_CLOSED', message);
		}
		if (this.#events.length >= limits.eventsPerTransaction) {
			throw refusal(type, `the transaction has emitted ${limits.eventsPerTransaction} already`);
		}
		this.#events.push(eventOf(type, data, this.#parts));
	}
}

function eventOf(type: EventType, data: unknown, parts: EmissionParts): OutboxEvent {
	const { context, clock, random } = parts;
	const checked = type.data.check(data);
	if (checked instanceof Promise) {
		checked.catch(() => {});
		throw refusal(type, 'its schema validates asynchronously');
	}
	if (checked.issues !== undefined) {
		const [first] = checked.issues;
		throw refusal(type, `${first?.path || 'its data'}: ${first?.message}`);
	}
	const text = JSON.stringify(wireForm(type.data, data, checked.value));
	if (text.length > limits.eventLength) {
		throw refusal(type, `it is longer than ${limits.eventLength}`);
	}
	const orderingKey = (data as Record<string, string>)[type.key] as string;
	if (orderingKey.length > limits.orderingKeyLength) {
		throw refusal(type, `its ordering key is longer than ${limits.orderingKeyLength}`);
	}
	const origin: EventContext = {
		traceparent: context.trace.traceparent,
		...(context.trace.state === undefined ? {} : { tracestate: context.trace.state }),
		...(context.principal === undefined ? {} : { principal: context.principal }),
	};
	return {
		id: uuidV7(clock, random),
		event: type.address,
		orderingKey,
		data: text,
		context: JSON.stringify(origin),
		emittedAtMs: clock.wallMs(),
	};
}

function refusal(type: EventType, reason: string): FlotillaError {
	const message = `The event ${type.address} was refused: ${reason}.`;
	return new FlotillaError('FLOTILLA_OUTPUT_INVALID', message, { effect: 'none' });
}
