import { format } from 'node:util';
import type { SimulatedProcess } from '../kernel/kernel.ts';
import { refuse, reportEscape } from './escape.ts';
import type { Callable, Patches } from './patch.ts';
import { currentRun, inside } from './run.ts';
import { framesOfCaller } from './stacks.ts';

/** What Node tells about its process and machine, as every simulated process has it. */
const PROCESS: Readonly<Record<string, unknown>> = {
	memoryUsage: { rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 },
	cpuUsage: { user: 0, system: 0 },
	threadCpuUsage: { user: 0, system: 0 },
	resourceUsage: {},
	availableMemory: 8 * 2 ** 30,
	constrainedMemory: 8 * 2 ** 30,
	cwd: '/',
	getuid: 1_000,
	geteuid: 1_000,
	getgid: 1_000,
	getegid: 1_000,
	getgroups: [1_000],
	getActiveResourcesInfo: [],
	_getActiveHandles: [],
	_getActiveRequests: [],
};
const MACHINE: Readonly<Record<string, unknown>> = {
	availableParallelism: 1,
	cpus: [],
	freemem: 4 * 2 ** 30,
	totalmem: 8 * 2 ** 30,
	loadavg: [0, 0, 0],
	networkInterfaces: {},
	homedir: '/home/service',
	tmpdir: '/tmp',
	userInfo: {
		uid: 1_000,
		gid: 1_000,
		username: 'service',
		homedir: '/home/service',
		shell: null,
	},
	release: '6.0.0',
	version: '#1',
	machine: 'x86_64',
	getPriority: 0,
};

/** What is no function: what `process` says of how it was started, and `navigator` of the machine. */
const STARTED: Readonly<Record<string, unknown>> = {
	argv: ['/usr/bin/node', '/service'],
	execArgv: [],
	argv0: 'node',
	execPath: '/usr/bin/node',
	title: 'node',
};
const NAVIGATOR: Readonly<Record<string, unknown>> = {
	hardwareConcurrency: 1,
	language: 'en-US',
	languages: ['en-US'],
	platform: 'linux',
};

/** The lowest process number: those below are of the operating system. */
const FIRST_PID = 1_000;

const ENDING = [
	'exit',
	'abort',
	'kill',
	'reallyExit',
	'execve',
	'chdir',
	'umask',
	'setuid',
	'setgid',
	'dlopen',
	'binding',
	'loadEnvFile',
	'openStdin',
];
const LISTENING = [
	'on',
	'once',
	'addListener',
	'prependListener',
	'prependOnceListener',
	'off',
	'removeListener',
	'removeAllListeners',
];

const CONFIGURE = 'A service ends and starts with its machine: leave it to the platform.';
const SIGNALS = 'The platform hears signals; errors reach its log.';
const TERMINAL = 'A service has no terminal: it is asked through its contract.';
const SETTINGS = 'Pass settings as arguments: the environment is the same for all machines.';

/** `process` and `node:os`. */
export function patchSurroundings(patches: Patches, os: Readonly<Record<string, unknown>>): void {
	pin(patches, process, PROCESS);
	pin(patches, os, MACHINE);
	patches.method(
		process.memoryUsage,
		'rss',
		(original) => () => (inside() === undefined ? original() : 0),
	);
	pinTo(patches, os, 'hostname', ({ machine }) => machine);
	pinTo(patches, os, 'uptime', (machine) => machine.monotonicMs() / 1_000);
	patches.getter(process, 'pid', (_self, real) => {
		const machine = inside();
		return machine === undefined ? real() : FIRST_PID + machine.incarnation;
	});
	patches.getter(process, 'ppid', (_self, real) => (inside() === undefined ? real() : 1));
	for (const [target, values] of [
		[process, STARTED],
		[Navigator.prototype, NAVIGATOR],
	] as const) {
		for (const [name, value] of Object.entries(values)) {
			patches.getter(target, name, (_self, real) => (inside() === undefined ? real() : value));
		}
	}
	refuse(patches, os, 'setPriority', 'node:os setPriority', CONFIGURE);
	for (const name of ['getReport', 'writeReport']) {
		refuse(patches, process.report, name, `process.report.${name}`, SIGNALS);
	}
	for (const name of ENDING) refuse(patches, process, name, `process.${name}`, CONFIGURE);
	for (const name of LISTENING) refuse(patches, process, name, `process.${name}`, SIGNALS);
	refuseCapture(patches);
	patchWarnings(patches);
	patches.getter(process, 'stdin', (_self, real) => {
		const machine = inside();
		if (machine !== undefined) throw reportEscape(machine, 'process.stdin', TERMINAL);
		return real();
	});
	patches.value(process, 'env', guarded(process.env));
}

/** By it a service could swallow errors that nobody caught. Node calls it itself, for domains. */
function refuseCapture(patches: Patches): void {
	const name = 'setUncaughtExceptionCaptureCallback';
	patches.method(process, name, (original) => (callback) => {
		const machine = inside();
		if (machine !== undefined && framesOfCaller()[0]?.includes('node:') !== true) {
			throw reportEscape(machine, `process.${name}`, SIGNALS);
		}
		return original(callback);
	});
}

/**
 * A warning is a line of the console. Node's own come once in a thread, so they are of no process: a run
 * would have them or not, depending on the runs before it.
 */
function patchWarnings(patches: Patches): void {
	patches.method(process, 'emitWarning', (original) => (...args) => {
		const machine = inside();
		if (machine === undefined) return Reflect.apply(original, process, args);
		if (framesOfCaller()[0]?.includes('node:') === true) return undefined;
		return write(machine, 'warning', String(args[0]));
	});
}

function pin(patches: Patches, target: object, values: Readonly<Record<string, unknown>>): void {
	for (const [name, value] of Object.entries(values)) {
		pinTo(patches, target, name, () => structuredClone(value));
	}
}

function pinTo(
	patches: Patches,
	target: object,
	name: string,
	virtual: (machine: SimulatedProcess) => unknown,
): void {
	patches.method(target, name, (original) => (...args) => {
		const machine = inside();
		return machine === undefined ? original(...args) : virtual(machine);
	});
}

/** The environment variables: to be read by everybody, to be written by the real world. */
function guarded(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	const check = (name: string | symbol): void => {
		const machine = inside();
		if (machine !== undefined)
			throw reportEscape(machine, `process.env.${String(name)} =`, SETTINGS);
	};
	return new Proxy(env, {
		set(target, name, value) {
			check(name);
			return Reflect.set(target, name, value);
		},
		defineProperty(target, name, descriptor) {
			check(name);
			return Reflect.defineProperty(target, name, descriptor);
		},
		deleteProperty(target, name) {
			check(name);
			return Reflect.deleteProperty(target, name);
		},
	});
}

/** `console` and the standard streams: what a process writes belongs to the run. */
export function patchConsole(patches: Patches): void {
	for (const [name, method] of Object.entries(console)) {
		if (typeof method !== 'function' || name === 'Console') continue;
		patches.method(console, name, (original) => (...args) => {
			const machine = inside();
			if (machine === undefined) return Reflect.apply(original, console, args);
			if (name === 'assert' && args.shift()) return undefined;
			return write(machine, name, format(...args));
		});
	}
	for (const name of ['stdout', 'stderr'] as const) {
		patches.method(
			process[name],
			'write',
			(original) =>
				function (this: unknown, ...args: unknown[]) {
					const machine = inside();
					if (machine === undefined) return Reflect.apply(original, this, args);
					const [chunk, ...rest] = args;
					write(
						machine,
						name,
						typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString(),
					);
					const written = rest.find((one) => typeof one === 'function') as Callable | undefined;
					if (written !== undefined) process.nextTick(written);
					return true;
				},
		);
	}
}

function write({ machine }: SimulatedProcess, method: string, text: string): void {
	const { kernel, onConsole } = currentRun();
	onConsole({ machine, method, text, atMs: kernel.nowMs });
}
