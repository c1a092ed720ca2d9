import { CallServer } from '../call/call-server.ts';
import { Caller as CallPipeline } from '../call/caller.ts';
import { createClient } from '../call/client.ts';
import { RemoteCalls } from '../call/remote-call.ts';
import { uuidV7 } from '../context/identifiers.ts';
import type { Client } from '../contract/client.ts';
import type { Operation } from '../contract/compile-operations.ts';
import type { Contract } from '../contract/contract.ts';
import { checkMigrations, type MigrationPlan, migrate } from '../database/migrate.ts';
import { onceMigration, sweepOnce } from '../database/once.ts';
import { Instances } from '../discovery/instances.ts';
import { type Registry, serviceName } from '../discovery/registry.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { SubscribeMessage } from '../fabric/messages.ts';
import type { Timer } from '../host/clock.ts';
import type { Database, Databases } from '../host/database.ts';
import type { Host } from '../host/host.ts';
import type { LogLevel } from '../host/logs.ts';
import type { Address, TlsOptions } from '../host/network.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { limits } from '../limits.ts';
import { type Audience, Delivery } from '../messaging/delivery.ts';
import type { Subscriber } from '../messaging/feed.ts';
import { outboxMigration, outboxStart, type StoredEvent } from '../messaging/outbox.ts';
import {
	renewSubscription,
	type Subscription,
	subscriptionsMigration,
} from '../messaging/subscriptions.ts';
import type { App } from '../service/app.ts';
import { loggerOf, type RunningService, startService } from '../service/running-service.ts';
import type { Service } from '../service/service.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { FleetFabric } from './fabric.ts';
import type { Caller, Fleet, Health } from './fleet.ts';

/** How an app is run in this process. */
export interface RunOptions {
	/** Where embedded databases are kept: made when missing, locked while the app runs. */
	readonly dataDir: string;
	/**
	 * The services that run here, by name; all when absent. With none this process only calls. Of the
	 * others nothing but the contract is used.
	 */
	readonly serve?: readonly string[];
	/** How this process meets the others. Absent: it is alone, and what a service needs runs here. */
	readonly fabric?: FabricOptions;
	/** Another engine than embedded SQLite, such as `postgres({ url })`. */
	readonly databases?: Databases;
	/** Another world than the real one. */
	readonly host?: Host;
	/** Log records below this are dropped; `info` when absent. */
	readonly logLevel?: LogLevel;
	/**
	 * The share of transactions that run twice on purpose, 0 to 1; 0 when absent. For development and
	 * tests: it finds functions that touch more than their transaction.
	 */
	readonly rerunTransactions?: number;
}

/** How a process meets the others of its fleet. */
export interface FabricOptions {
	/** Where the services that run here are reached; absent: this process only calls. */
	readonly listen?: Address;
	/** Who runs what. */
	readonly registry: Registry;
	/**
	 * A secret of the fleet, at least 16 characters. Both sides of a connection prove that they know it
	 * before anything else is said; it does not encrypt. Off loopback it or mutual TLS is required.
	 */
	readonly token?: string;
	/** Certificates of both sides: mutual TLS, which encrypts. */
	readonly tls?: TlsOptions;
	/** The name of this instance in logs and traces; made at random when absent. */
	readonly instance?: string;
}

/**
 * Runs an app in this process: locks its data folder, brings every service's database up to date,
 * starts the services, and delivers what an earlier process had left undelivered.
 *
 * @throws {FlotillaError} What is wrong with the app, its data or its databases. Whatever had been
 *   opened is closed; data is changed only by migrations that have run to their end.
 * @example
 * await using fleet = await run(app('hello', [greeter]), { dataDir: '.flotilla/hello' });
 * const { text } = await fleet.client(Greeter).greet({ name: 'Ada' });
 */
export async function run(app: App, options: RunOptions): Promise<Fleet> {
	const services = servedServices(app, options);
	if (options.fabric === undefined) checkNeeds(app.name, services);
	checkOptions(options);
	const host = options.host ?? nodeHost();
	const { clock, logs } = host;
	const level = options.logLevel;
	const telemetry = new Telemetry({
		clock,
		logs,
		...(level === undefined ? {} : { logLevel: level }),
	});
	const folder = await openDataFolder(host.disk, options.dataDir, app.name);
	const databases = new Map<string, Database>();
	let fleet: RunningFleet | undefined;
	try {
		// All of them are examined, then opened and examined again, before the first is changed.
		await checkDatabases(services, host, options, folder);
		for (const service of services) await openDatabase(service, host, options, databases);
		const planned = services.flatMap((service) => plansOf(service, databases));
		for (const { database, plan } of planned) await checkMigrations(database, plan, host.crypto);
		for (const { database, plan } of planned) await migrate(database, plan, host);
		if (options.databases === undefined) await folder.keep([...databases.keys()]);
		fleet = new RunningFleet({ app, services, options, host, telemetry, folder, databases });
		await fleet.open();
		return fleet;
	} catch (error) {
		await (fleet?.close() ?? closeAll([...databases.values()], folder)).catch(() => {});
		throw error;
	}
}

/** Closes the databases, and lets go of their folder even when one of them fails. */
async function closeAll(databases: readonly Database[], folder: DataFolder): Promise<void> {
	const closed = await Promise.allSettled(databases.map((database) => database.close()));
	await folder.release();
	for (const result of closed) if (result.status === 'rejected') throw result.reason;
}

function checkOptions({ rerunTransactions = 0 }: RunOptions): void {
	if (rerunTransactions >= 0 && rerunTransactions <= 1) return;
	throw new FlotillaError(
		'FLOTILLA_CONFIGURATION',
		`'rerunTransactions' is ${rerunTransactions}, not a share of 0 to 1.`,
	);
}

/** The services that run in this process. */
function servedServices(app: App, { serve }: RunOptions): readonly Service[] {
	if (serve === undefined) return app.services;
	const unknown = serve.find(
		(name) => !app.services.some(({ contract }) => contract.name === name),
	);
	if (unknown !== undefined) {
		const message = `'serve' names '${unknown}', which the app '${app.name}' lacks.`;
		throw new FlotillaError('FLOTILLA_CONFIGURATION', message);
	}
	return app.services.filter(({ contract }) => serve.includes(contract.name));
}

/** A process that is alone has to run everything that its services need. */
function checkNeeds(app: string, services: readonly Service[]): void {
	const present = new Map(services.map(({ contract }) => [contract.name, contract.version]));
	for (const { contract, needs } of services) {
		for (const need of Object.values(needs)) {
			if (present.get(need.name) === need.version) continue;
			throw new FlotillaError(
				'FLOTILLA_SERVICE_INVALID',
				`The service '${contract.name}' needs '${need.name}@${need.version}', which the app '${app}' lacks.`,
			);
		}
	}
}

async function checkDatabases(
	services: readonly Service[],
	host: Host,
	options: RunOptions,
	folder: DataFolder,
): Promise<void> {
	const databases = options.databases ?? host.databases;
	for (const { contract, migrations } of services) {
		if (migrations === undefined) continue;
		const exists = options.databases === undefined && folder.databases.includes(contract.name);
		await databases.check?.(contract.name, { folder: options.dataDir, exists });
	}
}

async function openDatabase(
	{ contract, migrations }: Service,
	host: Host,
	{ databases, dataDir, rerunTransactions }: RunOptions,
	into: Map<string, Database>,
): Promise<void> {
	if (migrations === undefined) return;
	const database = await (databases ?? host.databases).open(contract.name, {
		folder: dataDir,
		...(rerunTransactions !== undefined && { rerunShare: rerunTransactions }),
	});
	into.set(contract.name, database);
}

function plansOf(
	{ contract, migrations }: Service,
	databases: ReadonlyMap<string, Database>,
): readonly { readonly database: Database; readonly plan: MigrationPlan }[] {
	const database = databases.get(contract.name);
	if (database === undefined) return [];
	const platform = [onceMigration, outboxMigration, subscriptionsMigration];
	const plan = { platform, service: migrations ?? [] };
	return [{ database, plan }];
}

interface RunningFleetParts {
	readonly app: App;
	/** Those that run here. */
	readonly services: readonly Service[];
	readonly options: RunOptions;
	readonly host: Host;
	readonly telemetry: Telemetry;
	readonly folder: DataFolder;
	readonly databases: ReadonlyMap<string, Database>;
}

/** See `Fleet`. */
class RunningFleet implements Fleet {
	readonly name: string;
	readonly contracts: readonly Contract[];
	readonly host: Host;
	readonly telemetry: Telemetry;
	readonly #folder: DataFolder;
	readonly #databases: ReadonlyMap<string, Database>;
	readonly #calls: CallPipeline;
	/** By the name of the service. */
	readonly #running: ReadonlyMap<string, RunningService>;
	readonly #deliveries = new Map<string, Delivery>();
	/** Who listens to which event, by its address. */
	readonly #subscribers = new Map<string, readonly Subscriber[]>();
	readonly #fabric: FleetFabric | undefined;
	#sweepTimer: Timer | undefined;
	#ready: Promise<void> = Promise.resolve();
	#isReady = false;
	#closing: Promise<void> | undefined;

	constructor(parts: RunningFleetParts) {
		const { app, services, options, host, telemetry } = parts;
		this.name = app.name;
		const known = options.fabric === undefined ? services : app.services;
		this.contracts = known.map(({ contract }) => contract);
		this.host = host;
		this.telemetry = telemetry;
		this.#folder = parts.folder;
		this.#databases = parts.databases;
		this.#calls = new CallPipeline(host, telemetry);
		this.#fabric = options.fabric && this.#fabricOf(options.fabric, services);
		const running = services.map((service) => this.#startService(service));
		this.#running = new Map(running.map((one) => [one.service.contract.name, one]));
		for (const { database, service, notified } of running) {
			if (database === undefined) continue;
			const subscribers = subscribersOf(service.contract, running);
			for (const [address, listening] of subscribers) this.#subscribers.set(address, listening);
			this.#deliveries.set(service.contract.name, this.#deliveryOf(database, subscribers));
			database.onNotify(notified);
		}
	}

	/** Begins to deliver events, and to take calls from other processes. */
	async open(): Promise<void> {
		await this.#subscribeHere();
		for (const delivery of this.#deliveries.values()) delivery.start();
		this.#scheduleSweep();
		await this.#fabric?.listen();
		this.#fabric?.subscribeAgain(this.#subscriptionsHere());
		this.#ready = this.#fabric?.subscribe(this.#subscriptionsElsewhere()) ?? this.#ready;
		this.#ready.then(
			() => {
				this.#isReady = true;
			},
			() => {}, // Closed before, which `ready()` tells whoever asked.
		);
	}

	get address(): Address | undefined {
		return this.#fabric?.address;
	}

	ready(): Promise<void> {
		return this.#ready;
	}

	client<C extends Contract>(contract: C, caller?: Pick<Caller, 'principal'>): Client<C> {
		if (caller === undefined) return createClient(contract, this.#calls);
		const { principal } = caller;
		return createClient(contract, {
			invoke: (operation, input, options) =>
				this.#calls.invoke(operation, input, { ...options, principal }),
			stream: (operation, input, options) =>
				this.#calls.stream(operation, input, { ...options, principal }),
		});
	}

	invoke(operation: Operation, input: unknown, caller: Caller): Promise<unknown> {
		return this.#calls.invoke(operation, input, { ...caller, wire: true });
	}

	stream(operation: Operation, input: unknown, caller: Caller): AsyncIterable<unknown> {
		return this.#calls.stream(operation, input, { ...caller, wire: true });
	}

	async health(): Promise<Health> {
		const parts = await Promise.all(
			[...this.#databases.values()].map(async (database) => {
				const name = `database ${database.name}`;
				try {
					await database.snapshot(async (session) =>
						session.query({ strings: ['select 1'], values: [] }),
					);
					return { name, ok: true };
				} catch (error) {
					return { name, ok: false, reason: (error as { code?: string }).code ?? 'failed' };
				}
			}),
		);
		const isReady = this.#isReady && this.#closing === undefined;
		return { ready: isReady && parts.every(({ ok }) => ok), parts };
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	#fabricOf(options: FabricOptions, services: readonly Service[]): FleetFabric {
		const { host, telemetry } = this;
		const { registry, token, tls } = options;
		const instance = options.instance ?? `${this.name}-${host.random.uint32().toString(36)}`;
		const instances = new Instances({ host, telemetry, registry, token, tls, instance });
		const remote = new RemoteCalls(host, instances);
		this.#calls.callElsewhere((operation) => ({
			operation,
			run: remote.handlerOf(operation),
			logger: loggerOf(telemetry, operation.service),
		}));
		return new FleetFabric({
			...{ host, telemetry, options, instances, instance },
			serves: services.map(({ contract }) => `${contract.name}@${contract.version}`),
			calls: new CallServer(this.#calls),
			duties: {
				deliver: (event) =>
					this.#deliverHere(event.subscriber, { ...event, position: 0, cursor: outboxStart }),
				subscribe: ({ emitter, ...subscription }) =>
					this.#renew(serviceName(emitter), subscription),
			},
		});
	}

	#deliveryOf(
		database: Database,
		subscribers: ReadonlyMap<string, readonly Subscriber[]>,
	): Delivery {
		const { host, telemetry } = this;
		const { clock, random, faults } = host;
		const fabric = this.#fabric;
		const audience: Audience =
			fabric === undefined
				? { kind: 'here', subscribers }
				: { kind: 'anywhere', subscriberOf: (service) => this.#subscriberOf(service, fabric) };
		const instance = `${fabric?.instance ?? this.name}/${uuidV7(clock, random)}`;
		const parts = { database, audience, instance, clock, random, telemetry, faults };
		return new Delivery(parts);
	}

	#subscriberOf(service: string, fabric: FleetFabric): Subscriber {
		if (!this.#running.has(service)) return fabric.subscriberOf(service);
		return { service, deliver: (event) => this.#deliverHere(service, event) };
	}

	async #deliverHere(service: string, event: StoredEvent): Promise<void> {
		const subscriber = this.#running.get(service)?.subscriptions.get(event.event);
		if (subscriber === undefined) {
			const message = `${service} does not listen to ${event.event} here.`;
			throw new FlotillaError('FLOTILLA_NOT_LISTENING', message);
		}
		await subscriber.deliver(event);
	}

	/** Tells emitters in this process who listens to them here: in a fleet their databases decide. */
	async #subscribeHere(): Promise<void> {
		if (this.#fabric === undefined) return;
		for (const { emitter, ...subscription } of this.#subscriptionsHere()) {
			await this.#renew(serviceName(emitter), subscription);
		}
	}

	#subscriptionsHere(): readonly SubscribeMessage[] {
		return this.#subscriptions().filter(({ emitter }) => this.#databases.has(serviceName(emitter)));
	}

	#subscriptionsElsewhere(): readonly SubscribeMessage[] {
		const isElsewhere = ({ emitter }: SubscribeMessage): boolean =>
			!this.#running.has(serviceName(emitter));
		return this.#subscriptions().filter(isElsewhere);
	}

	/** What the services here listen to, emitter by emitter. */
	#subscriptions(): readonly SubscribeMessage[] {
		return [...this.#running.values()].flatMap(({ service, subscriptions }) => {
			const { name, version } = service.contract;
			const emitters = Map.groupBy(subscriptions.keys(), (event) =>
				event.slice(0, event.indexOf('/')),
			);
			return [...emitters].map(([emitter, events]) => {
				return { subscriber: name, version, emitter, events };
			});
		});
	}

	async #renew(emitter: string, subscription: Subscription): Promise<void> {
		const database = this.#databases.get(emitter);
		if (database === undefined) {
			const message = `${emitter} is not running here, or has no database.`;
			throw new FlotillaError('FLOTILLA_UNAVAILABLE', message);
		}
		const nowMs = this.host.clock.wallMs();
		await database.transaction((session) => renewSubscription(session, subscription, nowMs));
		this.#deliveries.get(emitter)?.audienceChanged();
		// The instance that delivers may be another one.
		database.notify('');
	}

	#startService(service: Service): RunningService {
		const { host, telemetry } = this;
		const { name } = service.contract;
		return startService({
			service,
			database: this.#databases.get(name),
			host,
			telemetry,
			caller: this.#calls,
			subscribersOf:
				this.#fabric === undefined
					? (event) => (this.#subscribers.get(event) ?? []).map(({ service: name }) => name)
					: undefined,
			emitted: (subscribers) => this.#deliveries.get(name)?.wake(subscribers),
			audienceChanged: () => this.#deliveries.get(name)?.audienceChanged(),
		});
	}

	async #close(): Promise<void> {
		this.#sweepTimer?.cancel();
		await this.#fabric?.drain();
		await this.#calls.close(limits.drainMs);
		// A subscriber that does not answer gets its event again, from whoever delivers next.
		const late = this.host.clock.setTimer(limits.drainMs, () => this.#fabric?.close());
		await Promise.all([...this.#deliveries.values()].map((delivery) => delivery.close()));
		late.cancel();
		this.#fabric?.close();
		await this.telemetry.flush();
		await closeAll([...this.#databases.values()], this.#folder);
	}

	#scheduleSweep(): void {
		this.#sweepTimer = this.host.clock.setTimer(limits.onceSweepEveryMs, () => {
			void this.#sweep().finally(() => {
				if (this.#closing === undefined) this.#scheduleSweep();
			});
		});
		this.#sweepTimer.keepAlive(false);
	}

	async #sweep(): Promise<void> {
		const nowMs = this.host.clock.wallMs();
		for (const database of this.#databases.values()) {
			try {
				let swept: number;
				do {
					swept = await database.transaction((session) => sweepOnce(session, nowMs));
				} while (swept === limits.onceSweepRows && this.#closing === undefined);
			} catch (error) {
				this.telemetry.log('warn', 'the once table could not be swept', {
					service: database.name,
					error: String(error),
				});
			}
		}
	}
}

function subscribersOf(
	contract: Contract,
	running: readonly RunningService[],
): ReadonlyMap<string, readonly Subscriber[]> {
	return new Map(
		[...contract.events.values()].map(({ address }) => [
			address,
			running.flatMap(({ subscriptions }) => subscriptions.get(address) ?? []),
		]),
	);
}
