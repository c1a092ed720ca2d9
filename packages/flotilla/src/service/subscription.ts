import type { Logger } from '../call/logger.ts';
import { Cancellation } from '../context/cancellation.ts';
import type { Context } from '../context/context.ts';
import { Trace } from '../context/trace.ts';
import type { EventType } from '../contract/compile-events.ts';
import type { OnceRecord } from '../database/once.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Host } from '../host/host.ts';
import type { EventContext } from '../messaging/emission.ts';
import type { Subscriber } from '../messaging/feed.ts';
import type { StoredEvent } from '../messaging/outbox.ts';
import type { Activity, Telemetry } from '../telemetry/telemetry.ts';
import type { AnyImplementation, AnySubscriber, Service } from './service.ts';
import { onceExpiry, type UnitOfWork } from './unit-of-work.ts';

export interface SubscriptionParts {
	readonly service: Service;
	readonly implementation: AnyImplementation;
	readonly unit: UnitOfWork | undefined;
	readonly host: Host;
	readonly telemetry: Telemetry;
	readonly logger: Logger;
}

const seen: OnceRecord = { inputDigest: '', outcome: 'seen', value: undefined };

interface Listening {
	readonly type: EventType;
	readonly handler: AnySubscriber;
	readonly activity: Activity;
}

/** What a service listens to, by the address of the event. One subscriber serves them all, so that
 * different events of one key keep their order. */
export function subscriptionsOf(parts: SubscriptionParts): ReadonlyMap<string, Subscriber> {
	const { service, implementation, telemetry } = parts;
	const listening = new Map<string, Listening>();
	for (const [need, handlers] of Object.entries(implementation.on ?? {})) {
		const emitter = service.needs[need];
		for (const [name, handler] of Object.entries(handlers ?? {})) {
			const type = emitter?.events.get(name) as EventType;
			const activity = telemetry.activity({
				name: `${service.contract.name} on ${type.address}`,
				kind: 'consumer',
				metric: 'messaging_process_duration_seconds',
				help: 'Duration of the delivery of events to a subscriber.',
				labels: {
					messaging_destination_name: type.address,
					messaging_consumer_group_name: service.contract.name,
				},
				message: 'delivery',
			});
			listening.set(type.address, { type, handler, activity });
		}
	}
	if (listening.size > 0 && parts.unit === undefined) {
		throw new FlotillaError(
			'FLOTILLA_SERVICE_INVALID',
			`The service '${service.contract.name}' listens to events but has no database to remember them.`,
		);
	}
	const subscriber: Subscriber = {
		service: service.contract.name,
		deliver: (event) =>
			deliver(parts, parts.unit as UnitOfWork, listening.get(event.event) as Listening, event),
	};
	return new Map([...listening.keys()].map((address) => [address, subscriber]));
}

async function deliver(
	{ host, logger }: SubscriptionParts,
	unit: UnitOfWork,
	{ type, handler, activity }: Listening,
	event: StoredEvent,
): Promise<void> {
	const startMs = host.clock.monotonicMs();
	const origin = JSON.parse(event.context) as EventContext;
	const cause = Trace.parse(origin.traceparent, origin.tracestate) ?? Trace.root(host.random);
	const context = deliveryContext(cause.child(host.random), origin);
	const ended = (outcome: string, fields?: Readonly<Record<string, unknown>>): void =>
		activity.ended(context.trace, startMs, outcome, {
			event_id: event.id,
			...fields,
		});
	try {
		const checked = await type.data.check(JSON.parse(event.data));
		if (checked.issues !== undefined) {
			const [first] = checked.issues;
			const message = `${type.address} ${event.id} does not match: ${first?.path} ${first?.message}.`;
			throw new FlotillaError('FLOTILLA_INPUT_INVALID', message);
		}
		const { id, emittedAtMs } = event;
		const { principal } = context;
		await unit.transaction(
			context,
			{
				key: { scope: `event ${type.address}`, key: id },
				record: seen,
				expiresAtMs: onceExpiry(host.clock.wallMs()),
			},
			(t) =>
				handler(checked.value as never, { id, emittedAtMs, principal, t, log: logger } as never),
		);
		ended('ok');
	} catch (error) {
		const { code = 'exception', stack } = (error ?? {}) as { code?: unknown; stack?: unknown };
		ended(String(code), { error: String(error), stack });
		throw error;
	}
}

function deliveryContext(trace: Trace, { principal }: EventContext): Context {
	return {
		trace,
		deadlineMs: Number.POSITIVE_INFINITY,
		priority: 'normal',
		principal,
		peer: undefined,
		hybridTime: undefined,
		causalToken: undefined,
		cancellation: new Cancellation(),
		inTransaction: false,
	};
}
