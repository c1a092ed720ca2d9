import type { App, Client, Contract } from 'flotilla';
import { describeFrames, type ErrorCode, isFlotillaError } from 'flotilla/adapter';
import { type Endpoint, type Registry, staticRegistry } from 'flotilla/run';
import { faultScope } from '../kernel/fault-decisions.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { runAs } from '../kernel/kernel.ts';
import { FleetOfMachines, fabricPort } from '../machine/fleet-of-machines.ts';
import { LogBook, type SimulatedLogRecord } from '../machine/logs.ts';
import type { Machine } from '../machine/machine.ts';
import { MachineProcess, traced } from '../machine/process.ts';
import type { LoadOptions } from '../modules/incarnation.ts';
import type { MessageRecord } from '../network/message-log.ts';
import { SimulatedNetwork } from '../network/simulated-network.ts';
import {
	type Failure,
	type FailureKind,
	type Invariant,
	messageOf,
	type ReadRows,
	violationOf,
} from '../scenario/assertions.ts';
import { clientOn } from '../scenario/client-of.ts';
import { Nemesis } from '../scenario/nemesis.ts';
import type { ClientOptions, FaultsByHand, Scenario, World } from '../scenario/scenario.ts';
import { Conductor } from './conductor.ts';
import { DeviceRoom } from './device-room.ts';
import { faultsByHand } from './faults-by-hand.ts';
import { defaults, type SimulateOptions } from './options.ts';

export interface WorldParts {
	readonly kernel: Kernel;
	readonly app: App;
	/** Of the module with the app; the same twice unless the fleet changes its version. */
	readonly urls: { readonly old: string; readonly new: string };
	readonly load: LoadOptions;
	readonly options: SimulateOptions;
	readonly scenario: Scenario;
}

const LOG_RECORDS = 500;
/** The pauses between the tries of a caller who insists. */
const INSIST_EVERY_MS = 250;

/** Whatever the world does, the same will be refused again. */
const hopeless: ReadonlySet<string> = new Set<ErrorCode>([
	'FLOTILLA_INPUT_INVALID',
	'FLOTILLA_UNAUTHENTICATED',
	'FLOTILLA_FORBIDDEN',
	'FLOTILLA_IDEMPOTENCY_KEY_REUSED',
]);

/** See `World`: machines, network, databases, and the scenario that plays there. */
export class SimulatedWorld implements World {
	readonly seed: number;
	readonly random: World['random'];
	readonly faults: FaultsByHand;
	readonly #parts: WorldParts;
	readonly #kernel: Kernel;
	readonly #network: SimulatedNetwork;
	readonly #machines: FleetOfMachines;
	readonly #rooms: DeviceRoom;
	readonly #log: LogBook;
	readonly #nemesis: Nemesis;
	readonly #conductor: Conductor;
	readonly #process: MachineProcess;
	readonly #hopes = new Map<string, () => unknown>();
	readonly #sometimes = new Map<string, number>();
	readonly #newVersion = new Set<string>();
	readonly #clients: string[] = [];
	#nextClient = 0;
	/** Calls of `times` and `insist` that have not ended. */
	#open = 0;
	#lastRefusal: string | undefined;

	constructor(parts: WorldParts) {
		const { kernel, options } = parts;
		const { forMs = defaults.forMs, settleMs = defaults.settleMs, entries = 0 } = options;
		this.#parts = parts;
		this.#kernel = kernel;
		this.seed = kernel.seed;
		this.#process = new MachineProcess(kernel, 'scenario', 0, { offsetMs: 0, drift: 0 });
		this.random = traced(kernel, kernel.chance.stream('scenario'));
		this.#log = new LogBook(kernel, LOG_RECORDS);
		this.#network = new SimulatedNetwork({
			kernel,
			zoneOf,
			messages: entries,
			describeBytes: describeFrames,
		});
		const embedded = options.instances === 'one process';
		this.#rooms = new DeviceRoom({ kernel, network: this.#network, log: this.#log, embedded });
		this.#machines = new FleetOfMachines({
			kernel,
			network: this.#network,
			registry: this.#registry(),
			devicesOf: (machine, process, engine) => this.#rooms.devicesOf(machine, process, engine),
			isStateless: !embedded,
			programOf: ({ name }) => ({ appUrl: this.#urlFor(name), load: parts.load }),
			died: (machine, process, how) => this.#rooms.died(machine, process, how),
		});
		this.#nemesis = new Nemesis(kernel, this.#machines);
		this.#conductor = new Conductor(this.#stage(), this.#process, { forMs, settleMs });
		this.faults = faultsByHand({
			kernel,
			machines: this.#machines,
			network: this.#network,
			heal: () => this.#conductor.heal(),
		});
	}

	/** Puts the machines in their places and schedules the run. */
	start(): void {
		const { app, options } = this.#parts;
		for (const { contract, migrations } of app.services) {
			if (migrations === undefined) continue;
			const server = this.#rooms.addDatabase(contract.name);
			if (server !== undefined) this.#machines.addServer(server);
		}
		for (const [name, serve] of this.#places()) {
			this.#machines.add({ name, role: 'instance', serve, ...drawClock(this.#kernel, name) });
		}
		for (let number = 1; number <= (options.clients ?? defaults.clients); number++) {
			const name = `client-${number}`;
			this.#clients.push(name);
			this.#machines.add({ name, role: 'client', serve: [], ...drawClock(this.#kernel, name) });
		}
		this.#conductor.start();
	}

	get done(): boolean {
		return this.#conductor.done;
	}

	get failures(): readonly Failure[] {
		return this.#conductor.failures;
	}

	get sometimesCounts(): Readonly<Record<string, number>> {
		return Object.fromEntries(this.#sometimes);
	}

	get messages(): readonly MessageRecord[] {
		return this.#network.messages;
	}

	get logs(): readonly SimulatedLogRecord[] {
		return this.#log.records;
	}

	/** Frees what the world holds. */
	close(): void {
		this.#rooms.close();
	}

	fail(kind: FailureKind, name: string, message: string): void {
		this.#conductor.fail(kind, name, message);
	}

	// What a scenario sees.

	nowMs(): number {
		return this.#kernel.nowMs;
	}

	sleep(ms: number): Promise<void> {
		return this.#conductor.sleep(ms);
	}

	healed(): Promise<void> {
		return this.#conductor.healed();
	}

	client<C extends Contract>(contract: C, { principal, on }: ClientOptions = {}): Client<C> {
		const name = on ?? (this.#clients[this.#nextClient++ % this.#clients.length] as string);
		const { fleet, process, role } = this.#machines.machine(name);
		if (role !== 'client' || fleet === undefined || process === undefined) {
			throw new TypeError(`'${name}' is no client. There are: ${this.#clients.join(', ')}.`);
		}
		return clientOn(process, fleet.client(contract, { principal }));
	}

	async times(count: number, work: (index: number) => Promise<void>): Promise<void> {
		await this.#underWay(() =>
			Promise.all(Array.from({ length: count }, (_, index) => work(index))),
		);
	}

	insist<T>(work: () => Promise<T>): Promise<T> {
		return this.#underWay(() => this.#untilItWorks(work));
	}

	async #untilItWorks<T>(work: () => Promise<T>): Promise<T> {
		for (;;) {
			try {
				return await work();
			} catch (error) {
				if (!isFlotillaError(error) || hopeless.has(error.code)) throw error;
				this.#lastRefusal = messageOf(error);
				await this.sleep(INSIST_EVERY_MS * (0.5 + this.random.next()));
			}
		}
	}

	async #underWay<T>(work: () => Promise<T>): Promise<T> {
		this.#open++;
		try {
			return await work();
		} finally {
			this.#open--;
		}
	}

	/** What is not awaited when the scenario returns would test nothing, and nobody would notice. */
	async #play(): Promise<void> {
		await this.#parts.scenario(this);
		if (this.#open === 0) return;
		throw new TypeError(
			`The scenario returned before its 'times' and 'insist' had ended (${this.#open} under way): await them.`,
		);
	}

	always(name: string, service: string, check: (rows: ReadRows) => unknown): void {
		const invariant: Invariant = { name, service, check };
		const rows = this.rows(service);
		this.#rooms.onCommit(service, () => {
			if (this.done) return;
			const wrong = runAs(this.#process, () => violationOf(invariant, rows));
			if (wrong !== undefined) this.fail('always', name, wrong);
		});
	}

	eventually(name: string, check: () => unknown): void {
		this.#hopes.set(name, check);
	}

	sometimes(name: string, happened = true): void {
		this.#sometimes.set(name, (this.#sometimes.get(name) ?? 0) + (happened ? 1 : 0));
	}

	rows(service: string): ReadRows {
		return (strings, ...values) => this.#rooms.rows(service, strings.join('?'), values);
	}

	instances(service: string): readonly string[] {
		return this.#places()
			.filter(([, serve]) => serve === undefined || serve.includes(service))
			.map(([name]) => name);
	}

	/** Which machines there are, and what each of them runs; `undefined`: everything. */
	#places(): readonly (readonly [name: string, serve: readonly string[] | undefined])[] {
		const { app, options } = this.#parts;
		const { instances = defaults.instances } = options;
		if (instances === 'one process') return [[`${app.name}-1`, undefined]];
		return app.services.flatMap(({ contract: { name } }) => {
			const own = typeof instances === 'number' ? instances : instances[name];
			const count = own ?? defaults.instances;
			return Array.from({ length: count }, (_, index) => [`${name}-${index + 1}`, [name]] as const);
		});
	}

	#registry(): Registry {
		const endpoints = this.#parts.app.services.map(
			({ contract: { name } }): readonly [string, readonly Endpoint[]] => [
				name,
				this.instances(name).map((host) => ({ host, port: fabricPort })),
			],
		);
		return staticRegistry(Object.fromEntries(endpoints));
	}

	#stage(): ConstructorParameters<typeof Conductor>[0] {
		return {
			kernel: this.#kernel,
			ready: () => this.#machines.ready,
			notReady: () => this.#machines.notReady,
			breakThings: () => {
				this.#nemesis.start();
				this.#planUpgrade();
			},
			heal: () => this.#heal(),
			play: () => this.#play(),
			lastRefusal: () => this.#lastRefusal,
			hopes: this.#hopes,
		};
	}

	#heal(): void {
		this.#kernel.note('world', 'healed', '', () => 'faults cease, and what is down starts');
		this.#kernel.faults.heal();
		this.#nemesis.heal();
		this.#machines.heal();
	}

	/** In a fleet with two versions each instance changes to the new one, at a time of its own. */
	#planUpgrade(): void {
		const { urls, options } = this.#parts;
		if (urls.old === urls.new) return;
		const { forMs = defaults.forMs } = options;
		for (const [name] of this.#places()) {
			const random = this.#kernel.chance.stream(`upgrade of ${name}`);
			const text = `${name} changes to the new version`;
			this.#kernel.after(forMs * random.next(), undefined, 'upgrade', name, () => {
				this.#newVersion.add(name);
				this.#kernel.note(name, 'upgrade', name, () => text);
				this.#machines.crash(name, 'crash');
				this.#machines.restart(name);
			});
		}
	}

	#urlFor(machine: string): string {
		const { urls } = this.#parts;
		return this.#newVersion.has(machine) ? urls.new : urls.old;
	}
}

/** Instances of one service stand in different zones; so do clients. */
function zoneOf(machine: string): string {
	const number = Number(/\d+$/.exec(machine)?.[0] ?? 1);
	return machine.startsWith('client-') ? 'outside' : `zone ${number % 3}`;
}

/** How wrong the clock of a machine is from the start. */
function drawClock(
	{ faults, chance }: Kernel,
	machine: string,
): Pick<Machine['clock'], 'offsetMs' | 'drift'> {
	const scope = faultScope(machine);
	const random = chance.stream(`clock of ${machine}`);
	const offsetMs = Math.round((random.next() * 2 - 1) * OFFSET_MAX_MS);
	const drift = (random.next() * 2 - 1) * DRIFT_MAX;
	const isOff = faults.strikes(
		'clock.offset',
		scope,
		0,
		1,
		() => `the wall clock of ${machine} is ${offsetMs} ms ahead`,
	);
	const drifts = faults.strikes(
		'clock.drift',
		scope,
		0,
		1,
		() => `the clock of ${machine} goes ${(drift * 100).toFixed(2)} % too fast`,
	);
	return { offsetMs: isOff ? offsetMs : 0, drift: drifts ? drift : 0 };
}

const OFFSET_MAX_MS = 600_000;
const DRIFT_MAX = 0.05;
