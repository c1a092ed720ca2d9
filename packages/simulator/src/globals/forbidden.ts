import { AsyncResource } from 'node:async_hooks';
import { constants, type DatabaseSync } from 'node:sqlite';
import { Script } from 'node:vm';
import type { FlotillaError } from 'flotilla/adapter';
import { isVirtual, replaceImpureFunctions } from '../database/virtual-functions.ts';
import type { SimulatedProcess } from '../kernel/kernel.ts';
import { refuse, reportEscape } from './escape.ts';
import type { Patches } from './patch.ts';
import { inside } from './run.ts';

/** Something of the real world that processes must not use, and what there is instead. */
export interface Forbidden {
	/** A module of Node, or `globalThis`. */
	readonly from: string;
	/** Its functions and classes; absent: all that there are. */
	readonly names?: readonly string[];
	/** Those that touch nothing of the real world. */
	readonly except?: readonly string[];
	readonly remedy: string;
}

const FILES = 'Services have no files: use the database of the service.';
const NETWORK = 'Services reach each other through the contracts that they need.';
const OUTSIDE = 'Put the outside behind a service, and reach that through its contract.';
const THREADS = 'Work that needs threads belongs outside of a service.';
const ZLIB = 'Use the function that ends in Sync.';
const COMPILE = 'Use new WebAssembly.Module() and new WebAssembly.Instance().';
const STORAGE = 'Use the database of the service.';
const CONTEXTS =
	'A context of its own has the real clock and real chance: run the code in this one.';
const ENGINE = 'What the thread does is no part of a simulation: measure in a benchmark.';
const COUNTERS = 'Use AsyncLocalStorage.';
const LOADING = 'Modules are loaded by the simulation: import them.';
const BLOBS = 'Pass the blob itself.';
const LOCKS = 'Machines share no locks: use the database of the service.';

/** Everything here is one row of the table in globals.test.ts. */
export const forbidden: readonly Forbidden[] = [
	{ from: 'node:fs', except: ['Stats', 'Dirent'], remedy: FILES },
	{ from: 'node:fs/promises', remedy: FILES },
	{
		from: 'node:net',
		except: ['isIP', 'isIPv4', 'isIPv6', 'BlockList', 'SocketAddress'],
		remedy: NETWORK,
	},
	{ from: 'node:tls', except: ['getCiphers', 'checkServerIdentity'], remedy: NETWORK },
	{ from: 'node:dgram', remedy: NETWORK },
	{ from: 'node:dns', remedy: NETWORK },
	{ from: 'node:dns/promises', remedy: NETWORK },
	{
		from: 'node:http',
		except: ['validateHeaderName', 'validateHeaderValue'],
		remedy: OUTSIDE,
	},
	{ from: 'node:https', remedy: OUTSIDE },
	{ from: 'node:http2', except: ['getDefaultSettings', 'getPackedSettings'], remedy: OUTSIDE },
	{ from: 'node:child_process', remedy: THREADS },
	{ from: 'node:cluster', remedy: THREADS },
	{
		from: 'node:worker_threads',
		names: [
			'Worker',
			'MessageChannel',
			'BroadcastChannel',
			'postMessageToThread',
			'setEnvironmentData',
		],
		remedy: THREADS,
	},
	{
		from: 'node:vm',
		names: ['createContext', 'runInContext', 'runInNewContext', 'measureMemory'],
		remedy: CONTEXTS,
	},
	{
		from: 'node:v8',
		names: [
			'getHeapStatistics',
			'getHeapSpaceStatistics',
			'getHeapCodeStatistics',
			'getHeapSnapshot',
			'writeHeapSnapshot',
			'queryObjects',
			'setFlagsFromString',
			'setHeapSnapshotNearHeapLimit',
			'takeCoverage',
			'stopCoverage',
			'GCProfiler',
		],
		remedy: ENGINE,
	},
	{
		from: 'node:async_hooks',
		names: ['createHook', 'executionAsyncId', 'triggerAsyncId'],
		remedy: COUNTERS,
	},
	{
		from: 'node:module',
		names: ['register', 'registerHooks', 'enableCompileCache', 'flushCompileCache'],
		remedy: LOADING,
	},
	{ from: 'node:inspector', names: ['Session', 'open', 'waitForDebugger'], remedy: THREADS },
	{ from: 'node:readline', names: ['createInterface'], remedy: FILES },
	{ from: 'node:readline/promises', names: ['createInterface'], remedy: FILES },
	{ from: 'node:repl', names: ['start'], remedy: FILES },
	{
		from: 'node:zlib',
		names: [
			'deflate',
			'inflate',
			'deflateRaw',
			'inflateRaw',
			'gzip',
			'gunzip',
			'unzip',
			'brotliCompress',
			'brotliDecompress',
			'zstdCompress',
			'zstdDecompress',
			'createDeflate',
			'createInflate',
			'createDeflateRaw',
			'createInflateRaw',
			'createGzip',
			'createGunzip',
			'createUnzip',
			'createBrotliCompress',
			'createBrotliDecompress',
			'createZstdCompress',
			'createZstdDecompress',
			'Deflate',
			'Inflate',
			'DeflateRaw',
			'InflateRaw',
			'Gzip',
			'Gunzip',
			'Unzip',
			'BrotliCompress',
			'BrotliDecompress',
			'ZstdCompress',
			'ZstdDecompress',
		],
		remedy: ZLIB,
	},
	{ from: 'globalThis', names: ['fetch', 'WebSocket', 'EventSource'], remedy: OUTSIDE },
	{ from: 'globalThis', names: ['MessageChannel', 'BroadcastChannel'], remedy: THREADS },
	{ from: 'globalThis', names: ['CompressionStream', 'DecompressionStream'], remedy: ZLIB },
];

const METHODS: readonly (readonly [
	target: object,
	owner: string,
	names: readonly string[],
	remedy: string,
])[] = [
	[Atomics, 'Atomics', ['wait', 'waitAsync'], 'Await a promise.'],
	[
		// Not among the types of a pure TypeScript library.
		Reflect.get(globalThis, 'WebAssembly') as object,
		'WebAssembly',
		['compile', 'instantiate', 'compileStreaming', 'instantiateStreaming'],
		COMPILE,
	],
	[URL, 'URL', ['createObjectURL', 'revokeObjectURL'], BLOBS],
	[AsyncResource.prototype, 'AsyncResource', ['asyncId', 'triggerAsyncId'], COUNTERS],
	[Script.prototype, 'node:vm Script', ['runInNewContext', 'runInContext'], CONTEXTS],
	// Node 24 has none.
	[lockManager(), 'navigator.locks', ['request', 'query'], LOCKS],
];

function lockManager(): object {
	const { locks } = navigator as { readonly locks?: object };
	return locks === undefined ? {} : (Object.getPrototypeOf(locks) as object);
}

/** Refuses all of it to code of processes. */
export function forbid(patches: Patches): void {
	for (const { from, names, except, remedy } of forbidden) {
		const target = from === 'globalThis' ? globalThis : process.getBuiltinModule(from);
		if (target === undefined) continue;
		for (const name of names ?? Object.keys(target)) {
			if (except?.includes(name)) continue;
			refuse(patches, target, name, from === 'globalThis' ? name : `${from} ${name}`, remedy);
		}
	}
	for (const [target, owner, names, remedy] of METHODS) {
		for (const name of names) refuse(patches, target, name, `${owner}.${name}`, remedy);
	}
	forbidStorage(patches);
	patchDatabases(patches);
}

function forbidStorage(patches: Patches): void {
	for (const name of ['localStorage', 'sessionStorage']) {
		patches.getter(globalThis, name, (_self, original) => {
			const machine = inside();
			if (machine !== undefined) throw reportEscape(machine, name, STORAGE);
			return original();
		});
	}
}

/**
 * A database in memory is no escape, but its time and chance are those of the process. The class itself
 * cannot be replaced where it was imported by name, so this is seen to when it is first used: on a file
 * that is an escape, and one that names a file in SQL too.
 */
function patchDatabases(patches: Patches): void {
	const sqlite = process.getBuiltinModule('node:sqlite');
	if (sqlite === undefined) return;
	const { prototype } = sqlite.DatabaseSync;
	for (const name of ['prepare', 'exec', 'createTagStore']) {
		patches.method(
			prototype,
			name,
			(original) =>
				function (this: unknown, ...args: unknown[]) {
					const machine = inside();
					const run = (): unknown => Reflect.apply(original, this, args);
					return machine === undefined
						? run()
						: runVirtually(this as DatabaseSync, machine, args[0], run);
				},
		);
	}
	refuse(patches, prototype, 'loadExtension', 'node:sqlite loadExtension', STORAGE);
	refuse(patches, sqlite, 'backup', 'node:sqlite backup', STORAGE);
}

function reportFile(machine: SimulatedProcess): FlotillaError {
	return reportEscape(machine, 'node:sqlite DatabaseSync with a file', STORAGE);
}

function runVirtually(
	database: DatabaseSync,
	machine: SimulatedProcess,
	sql: unknown,
	run: () => unknown,
): unknown {
	makeVirtual(database, machine);
	if (typeof sql !== 'string' || !NAMES_FILES.test(sql)) return run();
	// Asked for `vacuum into` too, which attaches what it writes to. Node before 24.10 does not ask.
	database.setAuthorizer?.((action, path) => {
		if (action === constants.SQLITE_ATTACH && path !== '' && path !== ':memory:')
			throw reportFile(machine);
		return constants.SQLITE_OK;
	});
	try {
		return run();
	} finally {
		database.setAuthorizer?.(null);
	}
}

/** By which words SQL could reach a file. Most has neither, and is not asked about. */
const NAMES_FILES = /attach|vacuum/i;

function makeVirtual(database: DatabaseSync, machine: SimulatedProcess): void {
	if (isVirtual(database)) return;
	if (database.location() !== null) throw reportFile(machine);
	replaceImpureFunctions(database, {
		wallMs: () => machine.wallMs(),
		uint32: () => machine.random.uint32(),
	});
}
