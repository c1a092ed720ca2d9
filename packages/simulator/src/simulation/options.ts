import type { App } from 'flotilla';
import type { FaultSelection } from '../scenario/swarm.ts';

/** The module whose default export is the app: one, or two versions that run in one fleet. */
export type AppUrl = string | { readonly old: string; readonly new: string };

/** How one run of a simulated world is made. */
export interface SimulateOptions {
	/** A whole number, 0 to 2^53 - 1. Same seed, same code: the same run. */
	readonly seed: number;
	/**
	 * How many instances of each service, of all or by its name; 2 when absent. `'one process'` runs the
	 * whole app in one process with embedded databases.
	 */
	readonly instances?: number | Readonly<Record<string, number>> | 'one process';
	/** How many machines call from outside; 2 when absent. */
	readonly clients?: number;
	/** Which faults may be switched on; `all` when absent. Each run switches on some of them. */
	readonly faults?: FaultSelection;
	/** How long faults strike, in virtual milliseconds; 30_000 when absent. */
	readonly forMs?: number;
	/** How long after healing everything must have come about; 120_000 when absent. */
	readonly settleMs?: number;
	/** Only these faults strike, by their ids: replays a part of what a run did. */
	readonly only?: readonly string[];
	/** How many of the last things that happened to keep in words; 0 when absent. */
	readonly entries?: number;
	/** Source text to run in place of what is on disk, by file URL: for planted bugs. */
	readonly replacements?: ReadonlyMap<string, string>;
	/**
	 * Whether every process loads the modules of the platform anew, as it does those of the app: slower,
	 * with the same trace. False when absent.
	 */
	readonly ownPlatform?: boolean;
	/**
	 * Installed packages that keep something between calls: each process gets modules of its own of them, as
	 * of the app. They must be ES modules. Known ones, such as nanoid and uuid, need not be named.
	 */
	readonly ownPackages?: readonly string[];
	/** How microtasks are drained: both give the same trace. `tick`, the faster one, when absent. */
	readonly drain?: 'tick' | 'macrotask';
}

export const defaults = {
	instances: 2,
	clients: 2,
	faults: 'all',
	forMs: 30_000,
	settleMs: 120_000,
	entries: 0,
} as const;

const INSTANCES_MAX = 9;
const CLIENTS_MAX = 16;

const NAMES: Readonly<Record<keyof SimulateOptions, true>> = {
	seed: true,
	instances: true,
	clients: true,
	faults: true,
	forMs: true,
	settleMs: true,
	only: true,
	entries: true,
	replacements: true,
	ownPlatform: true,
	ownPackages: true,
	drain: true,
};

/** @throws {TypeError} What is wrong, by name. */
export function checkOptions(options: SimulateOptions): void {
	const unknown = Object.keys(options).find((name) => !Object.hasOwn(NAMES, name));
	if (unknown !== undefined) {
		throw new TypeError(
			`There is no option '${unknown}'. There are: ${Object.keys(NAMES).join(', ')}.`,
		);
	}
	const { only, drain = 'tick' } = options;
	if (only !== undefined && !Array.isArray(only)) throw new TypeError("'only' is no list of ids.");
	if (drain !== 'tick' && drain !== 'macrotask') {
		throw new TypeError(`'drain' is ${drain}, neither 'tick' nor 'macrotask'.`);
	}
	const { seed, instances = 1, clients = 1, forMs = 0, settleMs = 0, entries = 0 } = options;
	whole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
	whole('clients', clients, 1, CLIENTS_MAX);
	whole('forMs', forMs, 0, 86_400_000);
	whole('settleMs', settleMs, 0, 86_400_000);
	whole('entries', entries, 0, 1_000_000);
	if (typeof instances === 'number') whole('instances', instances, 1, INSTANCES_MAX);
	if (typeof instances === 'string' && instances !== 'one process') {
		throw new TypeError(
			`'instances' is '${instances}': a number, numbers by service, or 'one process'.`,
		);
	}
	if (typeof instances !== 'object') return;
	for (const [service, count] of Object.entries(instances)) {
		whole(`instances.${service}`, count, 1, INSTANCES_MAX);
	}
}

/** @throws {TypeError} It is neither a URL nor two of them. */
export function urlsOf(app: AppUrl): { readonly old: string; readonly new: string } {
	const urls = typeof app === 'string' ? { old: app, new: app } : app;
	if (typeof urls?.old === 'string' && typeof urls.new === 'string') return urls;
	throw new TypeError('The app is the URL of a module, or `{ old, new }` with two of them.');
}

/** @throws {TypeError} It names a service that the app does not have. */
export function checkInstances({ name, services }: App, { instances }: SimulateOptions): void {
	if (typeof instances !== 'object') return;
	const known = services.map(({ contract }) => contract.name);
	for (const service of Object.keys(instances)) {
		if (known.includes(service)) continue;
		throw new TypeError(
			`'instances' names '${service}', but the app ${name} has: ${known.join(', ')}.`,
		);
	}
}

function whole(name: string, value: number, least: number, most: number): void {
	if (Number.isInteger(value) && value >= least && value <= most) return;
	throw new TypeError(`'${name}' is ${value}, not a whole number from ${least} to ${most}.`);
}
