import type { CallServer } from '../call/call-server.ts';
import type { Instances } from '../discovery/instances.ts';
import { serviceName } from '../discovery/registry.ts';
import { FlotillaError, isFlotillaError } from '../errors/flotilla-error.ts';
import { frameKind, malformed } from '../fabric/frame.ts';
import {
	decodeError,
	type EventMessage,
	encodeEvent,
	encodeSubscribe,
	type SubscribeMessage,
} from '../fabric/messages.ts';
import { FabricServer } from '../fabric/server.ts';
import type { Asked, Serving } from '../fabric/server-connection.ts';
import type { Timer } from '../host/clock.ts';
import type { Host } from '../host/host.ts';
import type { Address } from '../host/network.ts';
import { limits } from '../limits.ts';
import type { Subscriber } from '../messaging/feed.ts';
import type { StoredEvent } from '../messaging/outbox.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { FabricOptions } from './run.ts';

/** What this process does for others besides calls. */
export interface FabricDuties {
	/** Gives an event to a service that runs here. */
	deliver(event: EventMessage): Promise<void>;
	/** Notes down that a service wants events of one that runs here. */
	subscribe(subscription: SubscribeMessage): Promise<void>;
}

export interface FleetFabricParts {
	readonly host: Host;
	readonly telemetry: Telemetry;
	readonly options: FabricOptions;
	readonly instances: Instances;
	readonly instance: string;
	/** With their major versions: `orders@1`. */
	readonly serves: readonly string[];
	readonly calls: CallServer;
	readonly duties: FabricDuties;
}

const subscribeAgainMs = 250;

/** This process among the others of its fleet. */
export class FleetFabric {
	readonly #parts: FleetFabricParts;
	#server: FabricServer | undefined;
	readonly #renewals = new Set<Timer>();
	#closed = false;

	constructor(parts: FleetFabricParts) {
		this.#parts = parts;
	}

	/** The name of this instance. */
	get instance(): string {
		return this.#parts.instance;
	}

	/** Where others reach this process; `undefined`: nowhere. */
	get address(): Address | undefined {
		return this.#server?.address;
	}

	/** Lets others in. */
	async listen(): Promise<void> {
		const { host, telemetry, options, instance, serves } = this.#parts;
		const { listen, token, tls } = options;
		if (listen === undefined) return;
		this.#server = await FabricServer.listen({
			...{ host, listen, token, tls, instance },
			// By their bare names too: an event goes to any version of its subscriber.
			serves: serves.flatMap((service) => [service, serviceName(service)]),
			serving: this.#serving(),
			refused: ({ message }, remote) =>
				telemetry.log('warn', 'a connection was refused', { remote, error: message }),
		});
	}

	/** A subscriber that runs elsewhere. */
	subscriberOf(service: string): Subscriber {
		return { service, deliver: (event) => this.#deliver(service, event) };
	}

	/**
	 * Tells emitters elsewhere what services here listen to, and goes on telling them from time to time.
	 * Resolves when all of them know.
	 *
	 * @throws {FlotillaError} `FLOTILLA_UNAVAILABLE`: this process stopped before.
	 */
	async subscribe(subscriptions: readonly SubscribeMessage[]): Promise<void> {
		await Promise.all(subscriptions.map((one) => this.#keepKnown(one)));
	}

	/** The same for emitters in this process, which have just been told. */
	subscribeAgain(subscriptions: readonly SubscribeMessage[]): void {
		for (const one of subscriptions) this.#renewLater(one);
	}

	async #keepKnown(subscription: SubscribeMessage): Promise<void> {
		await this.#untilKnown(subscription);
		if (!this.#closed) this.#renewLater(subscription);
	}

	/** Each by itself: an emitter that is away must not keep others from being told again. */
	#renewLater(subscription: SubscribeMessage): void {
		const { clock } = this.#parts.host;
		const renewal = clock.setTimer(limits.subscriptionRenewEveryMs, () => {
			this.#renewals.delete(renewal);
			// It ends badly only with this process.
			this.#keepKnown(subscription).catch(() => {});
		});
		renewal.keepAlive(false);
		this.#renewals.add(renewal);
	}

	/** Lets nobody in any more; what is under way goes on. */
	async drain(): Promise<void> {
		this.#closed = true;
		for (const renewal of this.#renewals) renewal.cancel();
		await this.#server?.drain();
	}

	close(): void {
		this.#server?.close();
		this.#parts.instances.close();
	}

	#serving(): Serving {
		const { calls, duties } = this.#parts;
		return {
			call: (request, asked) => calls.call(request, asked),
			deliver: (event, asked) => answer(duties.deliver(event), asked),
			subscribe: (subscription, asked) => answer(this.#noteDown(subscription), asked),
		};
	}

	async #noteDown(subscription: SubscribeMessage): Promise<void> {
		const { serves, duties } = this.#parts;
		if (!serves.includes(subscription.emitter)) throw notHere(subscription.emitter);
		await duties.subscribe(subscription);
	}

	async #deliver(
		subscriber: string,
		{ id, event, orderingKey, emittedAtMs, data, context }: StoredEvent,
	): Promise<void> {
		const body = encodeEvent({ subscriber, id, event, orderingKey, emittedAtMs, data, context });
		await this.#ask(subscriber, frameKind.deliver, body);
	}

	async #untilKnown(subscription: SubscribeMessage): Promise<void> {
		while (!this.#closed) {
			try {
				await this.#tell(subscription);
				return;
			} catch (error) {
				const { subscriber, emitter } = subscription;
				const { message } = error as Error;
				const fields = { service: subscriber, emitter, error: message };
				this.#parts.telemetry.log('debug', 'an emitter does not know its subscriber yet', fields);
				await this.#pause(subscribeAgainMs);
			}
		}
		const message = `${subscription.emitter} was not told of ${subscription.subscriber}, which is stopping.`;
		throw new FlotillaError('FLOTILLA_UNAVAILABLE', message);
	}

	#tell(subscription: SubscribeMessage): Promise<void> {
		const { serves, duties } = this.#parts;
		const { emitter } = subscription;
		if (serves.includes(emitter)) return duties.subscribe(subscription);
		return this.#ask(emitter, frameKind.subscribe, encodeSubscribe(subscription));
	}

	/** Asks some instance of a service, once. Rejects also when none answers in time. */
	async #ask(service: string, kind: 19 | 20, body: string): Promise<void> {
		const { clock } = this.#parts.host;
		const connection = await this.#parts.instances.choose(service);
		await new Promise<void>((resolve, reject) => {
			const number = connection.ask(kind, body, {
				frame: (answered, text) => {
					if (answered === frameKind.reply) resolve();
					else if (answered === frameKind.error) reject(decodeError(text));
					else throw malformed(`its kind is ${answered}, which is no answer`);
					timer.cancel();
				},
				lost: () => {
					timer.cancel();
					reject(unanswered(service));
				},
			});
			// After asking, which may be refused: then there is nothing to give up.
			const timer = clock.setTimer(limits.deliveryAnswerMs, () => {
				connection.cancel(number, 'FLOTILLA_DEADLINE_EXCEEDED');
				reject(unanswered(service));
			});
		});
	}

	#pause(pauseMs: number): Promise<void> {
		const { clock, random } = this.#parts.host;
		return new Promise((resolve) => {
			clock.setTimer(pauseMs * (0.5 + random.next()), resolve).keepAlive(false);
		});
	}
}

function answer(done: Promise<void>, asked: Asked): void {
	done.then(
		() => asked.reply(''),
		(error: unknown) => {
			const failure = isFlotillaError(error)
				? error
				: new FlotillaError('FLOTILLA_HANDLER_FAILED', String(error), { effect: 'none' });
			asked.error(failure);
		},
	);
}

function notHere(service: string): FlotillaError {
	return new FlotillaError('FLOTILLA_UNAVAILABLE', `${service} is not running here.`);
}

function unanswered(service: string): FlotillaError {
	const message = `An instance of ${service} gave no answer.`;
	return new FlotillaError('FLOTILLA_CONNECTION_LOST', message);
}
