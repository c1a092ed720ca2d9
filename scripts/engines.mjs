// Runs a command beside real engines that it starts for that long, and installs them when missing.
// A browser is among them, which its tests start themselves.
//
//   node scripts/engines.mjs postgres chromium -- COMMAND ARGS...
//   node scripts/engines.mjs postgres --ensure
//
// FLOTILLA_ENGINES: `auto` (default) runs COMMAND without an engine that cannot be had, `required`
// fails then, `off` does not look for any. Runs on Node 20, without dependencies.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const READY_LIMIT_MS = 30_000;
const READY_POLL_MS = 50;
const STOP_LIMIT_MS = 5_000;
const START_ATTEMPTS = 3;

const isRoot = process.getuid?.() === 0;

/** The signal that asked us to stop, and who else must hear it. */
const interruption = { signal: undefined, child: undefined };

const say = (text) => console.error(`engines: ${text}`);

/**
 * One entry per engine:
 * packages: what apt installs; binaries: all must be found; folders: where, besides PATH;
 * given: the variable that names the first binary when somebody knows better;
 * user: who runs it when we are root; prepare: commands to run once in a fresh data folder;
 * serve: the command that stays, absent when the tests start it themselves;
 * stopSignal: the one that does not wait for clients; isReady: whether it answers;
 * environment: how the tests find it, from its port or its binaries.
 */
const ENGINES = {
	postgres: {
		packages: ['postgresql'],
		binaries: ['initdb', 'postgres'],
		folders: () => versionFolders('/usr/lib/postgresql'),
		user: 'postgres',
		prepare: (found, data) => [
			[
				found.initdb,
				'-D',
				join(data, 'cluster'),
				'-A',
				'trust',
				'-U',
				'postgres',
				'--no-sync',
			].concat('--encoding=UTF8', '--locale=C'),
		],
		serve: (found, data, port) =>
			[found.postgres, '-D', join(data, 'cluster'), '-h', '127.0.0.1', '-p', `${port}`, '-k', '']
				.concat('-c', 'fsync=on', '-c', 'max_prepared_transactions=64')
				.concat('-c', 'wal_level=logical', '-c', 'max_connections=200'),
		stopSignal: 'SIGINT',
		isReady: postgresAnswers,
		environment: (port) => ({
			FLOTILLA_POSTGRES_URL: `postgres://postgres@127.0.0.1:${port}/postgres`,
		}),
	},
	chromium: {
		packages: ['chromium'],
		binaries: ['chromium'],
		given: 'FLOTILLA_CHROMIUM',
		environment: (found) => ({ FLOTILLA_CHROMIUM: found.chromium }),
	},
	// Only to be had by --ensure: what stands behind it, only the bench that measures it knows.
	nginx: { packages: ['nginx'], binaries: ['nginx'] },
};

/** The newest first: /usr/lib/postgresql/17/bin, then 15. */
function versionFolders(parent) {
	if (!existsSync(parent)) return [];
	const versions = readdirSync(parent).sort((a, b) => Number(b) - Number(a));
	return versions.map((version) => join(parent, version, 'bin'));
}

/** Binaries by name, all from one folder as far as possible; undefined when one is missing. */
function find(engine) {
	const given = engine.given && process.env[engine.given];
	if (given) return existsSync(given) ? { [engine.binaries[0]]: given } : undefined;
	const path = (process.env.PATH ?? '').split(delimiter);
	const folders = [...(engine.folders?.() ?? []), ...path, '/usr/sbin'];
	const found = {};
	for (const binary of engine.binaries) {
		const folder = folders.find((candidate) => candidate && existsSync(join(candidate, binary)));
		if (!folder) return undefined;
		found[binary] = join(folder, binary);
	}
	return found;
}

function aptInstall(names) {
	if (!isRoot || spawnSync('apt-get', ['--version']).status !== 0) return;
	const packages = names.flatMap((name) => ENGINES[name].packages);
	const apt = (...args) =>
		spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args], {
			env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
			encoding: 'utf8',
		});
	say(`installing ${packages.join(', ')} with apt-get ...`);
	// A failed update may still leave a list that is good enough, so only the install counts.
	apt('update');
	const { status, stdout, stderr } = apt('install', '-y', '--no-install-recommends', ...packages);
	if (status !== 0) say(`apt-get install failed with exit code ${status}:\n${stdout}${stderr}`);
}

function dockerAnswers() {
	const { status, stdout } = spawnSync('docker', ['info', '--format', '{{.ServerVersion}}'], {
		encoding: 'utf8',
		timeout: 10_000,
	});
	return status === 0 && stdout.trim() !== '';
}

/**
 * How each engine can be run: with its binaries, by docker, or not at all. In `found` mode nothing is
 * installed or fetched for it.
 */
function ensure(names, mode) {
	const missing = names.filter((name) => !find(ENGINES[name]));
	const mayFetch = mode !== 'found';
	if (missing.length > 0 && mayFetch) aptInstall(missing);
	const docker = mayFetch && missing.some((name) => !find(ENGINES[name])) && dockerAnswers();
	return new Map(
		names.map((name) => {
			const engine = ENGINES[name];
			const binaries = find(engine);
			if (binaries && !engine.serve) return [name, () => locate(name, binaries)];
			if (binaries) {
				return [name, () => start(name, (port) => startBinaries(engine, binaries, port))];
			}
			const contained = docker && engine.serve;
			return [
				name,
				contained ? () => start(name, (port) => startContainer(name, port)) : undefined,
			];
		}),
	);
}

/** What the tests start themselves: it only has to be there. */
function locate(name, binaries) {
	say(`${name} is ${Object.values(binaries)}`);
	return { environment: ENGINES[name].environment(binaries), stop: async () => {} };
}

/** PostgreSQL refuses to run as root; as anybody else we run it as ourselves. */
function identity(user) {
	if (!isRoot || !user) return {};
	const id = (flag) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout);
	return { uid: id('-u'), gid: id('-g') };
}

async function startBinaries(engine, binaries, port) {
	const who = identity(engine.user);
	const data = mkdtempSync(join(tmpdir(), 'flotilla-engine-'));
	if (who.uid !== undefined) chownSync(data, who.uid, who.gid);
	const options = { ...who, cwd: '/', env: { ...process.env, LC_ALL: 'C' } };
	try {
		for (const [command, ...args] of engine.prepare?.(binaries, data) ?? []) {
			const { status, stdout, stderr } = spawnSync(command, args, { ...options, encoding: 'utf8' });
			if (status !== 0) throw new Error(`${command} failed:\n${stdout}${stderr}`);
		}
	} catch (error) {
		rmSync(data, { recursive: true, force: true });
		throw error;
	}
	const [command, ...args] = dyingWithUs(engine.serve(binaries, data, port));
	// In a group of its own: Ctrl-C is for the tests, which still need their engine to clean up.
	const child = spawn(command, args, {
		...options,
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const log = [];
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (chunk) => {
			log.push(chunk);
			if (log.length > 200) log.shift();
		});
	}
	const gone = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
	return {
		hasEnded: () => child.pid === undefined || child.exitCode !== null,
		log: () => Buffer.concat(log).toString(),
		async stop() {
			child.kill(engine.stopSignal ?? 'SIGTERM');
			const killer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
			await gone;
			clearTimeout(killer);
			rmSync(data, { recursive: true, force: true });
		},
	};
}

/** On Linux the kernel ends the engine even when this process is killed outright. */
function dyingWithUs(command) {
	const prefix = ['setpriv', '--pdeathsig', 'INT'];
	const works = spawnSync(prefix[0], [...prefix.slice(1), 'true']).status === 0;
	return works ? [...prefix, ...command] : command;
}

async function startContainer(name, port) {
	const file = fileURLToPath(new URL('compose.engines.yaml', import.meta.url));
	const compose = (...args) =>
		spawnSync('docker', ['compose', '-p', `flotilla-${process.pid}`, '-f', file, ...args], {
			env: { ...process.env, [`FLOTILLA_${name.toUpperCase()}_PORT`]: String(port) },
			encoding: 'utf8',
		});
	const up = compose('up', '-d', name);
	if (up.status !== 0) throw new Error(`docker compose up failed:\n${up.stderr}`);
	return {
		hasEnded: () => false,
		log: () => compose('logs', '--tail=200', name).stdout,
		stop: async () => void compose('down', '--volumes'),
	};
}

function freePort() {
	return new Promise((resolve, reject) => {
		const server = createServer().once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address();
			server.close(() => resolve(port));
		});
	});
}

/** Whether user postgres, connecting, gets to ReadyForQuery (protocol 3.0, trust). */
function postgresAnswers(port) {
	const parameters = 'user\0postgres\0database\0postgres\0\0';
	const hello = Buffer.alloc(8 + parameters.length);
	hello.writeInt32BE(hello.length, 0);
	hello.writeInt32BE(196_608, 4);
	hello.write(parameters, 8);
	return new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1', () => socket.write(hello));
		const chunks = [];
		socket.setTimeout(1_000, () => socket.destroy());
		socket.on('data', (chunk) => {
			chunks.push(chunk);
			// The last message of the greeting: 'Z', its length 5, the state 'I' (idle).
			if (!Buffer.concat(chunks).includes('Z\0\0\0\x05I')) return;
			resolve(true);
			socket.end('X\0\0\0\x04');
		});
		socket.on('error', () => {});
		socket.on('close', () => resolve(false));
	});
}

/** Another process may take the free port before the engine does, hence the attempts. */
async function start(name, launch) {
	const engine = ENGINES[name];
	for (let attempt = 1; ; attempt++) {
		const port = await freePort();
		const startedMs = Date.now();
		const running = await launch(port);
		while (Date.now() - startedMs < READY_LIMIT_MS && !running.hasEnded()) {
			if (interruption.signal) break;
			if (await engine.isReady(port)) {
				say(`${name} is ready on 127.0.0.1:${port} after ${Date.now() - startedMs} ms`);
				return { ...running, environment: engine.environment(port) };
			}
			await sleep(READY_POLL_MS);
		}
		const ended = running.hasEnded();
		const log = running.log();
		await running.stop();
		if (interruption.signal) throw new Error(`interrupted by ${interruption.signal}`);
		if (!ended) throw new Error(`${name} did not answer within ${READY_LIMIT_MS} ms:\n${log}`);
		if (attempt === START_ATTEMPTS) throw new Error(`${name} ended while starting:\n${log}`);
	}
}

/** `node` in the command is the one that npm scripts use. */
function run([command, ...args], environment) {
	const bin = fileURLToPath(new URL('../node_modules/.bin', import.meta.url));
	const child = spawn(command, args, {
		stdio: 'inherit',
		shell: process.platform === 'win32',
		env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, ...environment },
	});
	interruption.child = child;
	if (interruption.signal) child.kill(interruption.signal);
	return new Promise((resolve, reject) => {
		child.once('error', (error) => reject(new Error(`${command}: ${error.message}`)));
		child.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
	});
}

/** Starts what can be had. In `required` mode anything missing is an error. */
async function startAll(names, mode, running) {
	for (const [name, launch] of ensure(names, mode)) {
		try {
			if (!launch) throw new Error('no binary, no root with apt-get, no docker');
			running.push(await launch());
		} catch (error) {
			if (interruption.signal) throw error;
			if (mode === 'required') throw new Error(`${name} is required: ${error.message}`);
			say(`SKIPPED: every ${name} suite, because ${name} is not available: ${error.message}`);
		}
	}
}

function heedSignals() {
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
		process.on(signal, () => {
			interruption.signal = signal;
			interruption.child?.kill(signal);
		});
	}
}

async function main() {
	const separator = process.argv.indexOf('--');
	const own = process.argv.slice(2, separator === -1 ? undefined : separator);
	const command = separator === -1 ? [] : process.argv.slice(separator + 1);
	const names = own.filter((arg) => !arg.startsWith('--'));
	const unknown = names.find((name) => !(name in ENGINES));
	const mode = process.env.FLOTILLA_ENGINES || 'auto';
	if (unknown) throw new Error(`unknown engine ${unknown}; known: ${Object.keys(ENGINES)}`);
	if (!['auto', 'required', 'found', 'off'].includes(mode)) {
		throw new Error(`FLOTILLA_ENGINES is ${mode}; it may be auto, required, found or off`);
	}
	if (own.includes('--ensure')) {
		const missing = [...ensure(names, mode)].filter(([, launch]) => !launch).map(([name]) => name);
		say(missing.length > 0 ? `not available: ${missing}` : `available: ${names}`);
		return missing.length > 0 ? 1 : 0;
	}
	if (command.length === 0) throw new Error('usage: engines.mjs ENGINE... -- COMMAND ARGS...');
	const still = names.find((name) => !ENGINES[name].serve && !ENGINES[name].environment);
	if (still) throw new Error(`${still} is only installed, by --ensure; whoever needs it starts it`);
	heedSignals();
	const running = [];
	try {
		if (mode === 'off') say(`SKIPPED: every ${names} suite, because FLOTILLA_ENGINES is off`);
		else await startAll(names, mode, running);
		return await run(command, Object.assign({}, ...running.map((one) => one.environment)));
	} finally {
		await Promise.all(running.map((one) => one.stop()));
	}
}

try {
	process.exitCode = await main();
} catch (error) {
	say(error.message);
	process.exitCode = 1;
}
