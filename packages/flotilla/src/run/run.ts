import { Caller as CallPipeline } from '../call/caller.ts';
import { createClient } from '../call/client.ts';
import type { Client } from '../contract/client.ts';
import type { Operation } from '../contract/compile-operations.ts';
import type { Contract } from '../contract/contract.ts';
import { checkMigrations, type MigrationPlan, migrate } from '../database/migrate.ts';
import { onceMigration, sweepOnce } from '../database/once.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Timer } from '../host/clock.ts';
import type { Database, Databases } from '../host/database.ts';
import type { Host } from '../host/host.ts';
import type { LogLevel } from '../host/logs.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { limits } from '../limits.ts';
import { Delivery } from '../messaging/delivery.ts';
import type { Subscriber } from '../messaging/feed.ts';
import { outboxMigration } from '../messaging/outbox.ts';
import type { App } from '../service/app.ts';
import { type RunningService, startService } from '../service/running-service.ts';
import type { Service } from '../service/service.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import type { Caller, Fleet, Health } from './fleet.ts';

export interface RunOptions {
	/** Where embedded databases are kept: made when missing, locked while the app runs. */
	readonly dataDir: string;
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
	checkNeeds(app);
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
	try {
		// All of them are examined, then opened and examined again, before the first is changed.
		await checkDatabases(app, host, options, folder);
		for (const service of app.services) await openDatabase(service, host, options, databases);
		const planned = app.services.flatMap((service) => plansOf(service, databases));
		for (const { database, plan } of planned) await checkMigrations(database, plan, host.crypto);
		for (const { database, plan } of planned) await migrate(database, plan, host);
		if (options.databases === undefined) await folder.keep([...databases.keys()]);
		return new RunningFleet(app, host, telemetry, folder, databases);
	} catch (error) {
		await closeAll([...databases.values()], folder).catch(() => {});
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

function checkNeeds(app: App): void {
	const present = new Map(app.services.map(({ contract }) => [contract.name, contract.version]));
	for (const { contract, needs } of app.services) {
		for (const need of Object.values(needs)) {
			if (present.get(need.name) === need.version) continue;
			throw new FlotillaError(
				'FLOTILLA_SERVICE_INVALID',
				`The service '${contract.name}' needs '${need.name}@${need.version}', which the app '${app.name}' lacks.`,
			);
		}
	}
}

async function checkDatabases(
	app: App,
	host: Host,
	options: RunOptions,
	folder: DataFolder,
): Promise<void> {
	const databases = options.databases ?? host.databases;
	for (const { contract, migrations } of app.services) {
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
	const plan = { platform: [onceMigration, outboxMigration], service: migrations ?? [] };
	return [{ database, plan }];
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
	readonly #deliveries = new Map<string, Delivery>();
	/** Who listens to which event, by its address. */
	readonly #subscribers = new Map<string, readonly Subscriber[]>();
	#sweepTimer: Timer | undefined;
	#closing: Promise<void> | undefined;

	constructor(
		app: App,
		host: Host,
		telemetry: Telemetry,
		folder: DataFolder,
		databases: ReadonlyMap<string, Database>,
	) {
		this.name = app.name;
		this.contracts = app.services.map(({ contract }) => contract);
		this.host = host;
		this.telemetry = telemetry;
		this.#folder = folder;
		this.#databases = databases;
		this.#calls = new CallPipeline(host, telemetry);
		const running = app.services.map((service) => this.#startService(service));
		for (const { database, service, notified } of running) {
			if (database === undefined) continue;
			const subscribers = subscribersOf(service.contract, running);
			for (const [address, listening] of subscribers) this.#subscribers.set(address, listening);
			const { clock, random } = host;
			const delivery = new Delivery({ database, subscribers, clock, random, telemetry });
			this.#deliveries.set(service.contract.name, delivery);
			database.onNotify(notified);
		}
		for (const delivery of this.#deliveries.values()) delivery.start();
		this.#scheduleSweep();
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
		return { ready: this.#closing === undefined && parts.every(({ ok }) => ok), parts };
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
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
			subscribersOf: (event) =>
				(this.#subscribers.get(event) ?? []).map((subscriber) => subscriber.service),
			emitted: (subscribers) => this.#deliveries.get(name)?.wake(subscribers),
		});
	}

	async #close(): Promise<void> {
		this.#sweepTimer?.cancel();
		await this.#calls.close(limits.drainMs);
		await Promise.all([...this.#deliveries.values()].map((delivery) => delivery.close()));
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
