// Brings node_modules in line with package-lock.json and, with --pages, the bundles of the browser
// pages in line with their sources. Runs before every other script, therefore on the machine's own
// Node (20 or later), without dependencies, and silently when nothing is to do.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	existsSync,
	linkSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 24;
const POLL_MS = 200;
const LOCK_STALE_MS = 30 * 60_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const lockfile = join(root, 'package-lock.json');
const stamp = join(modules, '.flotilla-setup');
const runtime = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
// Outside node_modules, which `npm ci` empties.
const lock = join(root, '.flotilla', 'setup.lock');

const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

function fail(message) {
	console.error(`\nflotilla setup: ${message}\n`);
	process.exit(1);
}

/** The platform is part of it: a container and its host may use one checkout. */
function wantedStamp() {
	const platform = `${process.platform}-${process.arch}`;
	return createHash('sha256').update(read(lockfile)).update(platform).digest('hex');
}

/** False also when node_modules came from another platform, or from --omit=optional. */
function runtimeRuns() {
	const shell = process.platform === 'win32';
	return existsSync(runtime) && spawnSync(runtime, ['--version'], { shell }).status === 0;
}

/**
 * Whether somebody ran `npm ci` or `npm install` by hand: npm keeps what it installed in a lock
 * file of its own inside node_modules.
 */
function alreadyInstalled() {
	try {
		const wanted = JSON.parse(read(lockfile)).packages;
		const installed = JSON.parse(read(join(modules, '.package-lock.json'))).packages;
		const same = (path) =>
			wanted[path]?.version === installed[path].version &&
			wanted[path].integrity === installed[path].integrity &&
			existsSync(join(root, path));
		const missing = (path) =>
			path !== '' && !wanted[path].optional && !wanted[path].peer && !(path in installed);
		const complete = Object.keys(installed).every(same) && !Object.keys(wanted).some(missing);
		return complete && runtimeRuns();
	} catch {
		return false;
	}
}

function install() {
	const cli = process.env.npm_execpath;
	const node = process.env.npm_node_execpath;
	// npm stays on the Node that it was started with: the one in node_modules is being replaced.
	const fromNpm = cli && node && basename(cli).startsWith('npm') && existsSync(cli);
	const [command, ...prefix] = fromNpm ? [node, cli] : ['npm'];
	const args = [...prefix, 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
	console.error('flotilla setup: installing what package-lock.json lists (npm ci) ...');
	const { status, error } = spawnSync(command, args, {
		cwd: root,
		stdio: ['ignore', 'inherit', 'inherit'],
		shell: !fromNpm && process.platform === 'win32',
	});
	if (error) fail(`npm could not be started: ${error.message}. Install npm 10 or later.`);
	if (status !== 0) {
		rmSync(stamp, { force: true });
		fail(
			`npm ci failed with exit code ${status}; its own message stands above.\n` +
				'  - no network? the packages come from the npm registry, or from the npm cache\n' +
				'  - "Missing ... from lock file"? run npm install and commit package-lock.json\n' +
				'  Then run the same command again.',
		);
	}
}

/** After this, `node` in an npm script is a Node that can run the platform, or we have failed. */
function settleRuntime() {
	if (runtimeRuns()) return;
	const found = existsSync(runtime) ? 'does not run here (musl libc?)' : 'was not installed';
	// Our own process may be the only proof that the machine has another Node.
	const own = process.execPath.startsWith(modules) ? 0 : Number.parseInt(process.versions.node, 10);
	if (own >= OLDEST_NODE) {
		rmSync(runtime, { force: true });
		console.error(`flotilla setup: the bundled Node ${found}; using Node ${process.version}.`);
		return;
	}
	fail(
		`the Node that comes with the checkout ${found}, and this machine's own is ` +
			`${process.version}, but Node ${OLDEST_NODE} or later is needed.\n` +
			'  - installed with --omit=optional? run npm ci without it\n' +
			`  - Alpine or another musl system, or a rare platform? install Node ${OLDEST_NODE} or later`,
	);
}

/** Whether the process that wrote this lock is still at it. */
function isHeld(pid) {
	try {
		if (Date.now() - statSync(lock).mtimeMs > LOCK_STALE_MS) return false;
		return process.kill(Number(pid), 0);
	} catch (error) {
		return error.code === 'EPERM';
	}
}

/** A link appears at once and with its content, so nobody ever reads a lock without a pid. */
function tryLock() {
	const mine = `${lock}.${process.pid}`;
	mkdirSync(join(root, '.flotilla'), { recursive: true });
	writeFileSync(mine, String(process.pid));
	try {
		linkSync(mine, lock);
		return true;
	} catch (error) {
		if (error.code === 'EEXIST') return false;
		throw error;
	} finally {
		rmSync(mine, { force: true });
	}
}

/** Moves a dead holder's lock aside, unless another waiter has done so and taken a new one. */
function breakLock(pid) {
	const aside = `${lock}.stale.${process.pid}`;
	try {
		renameSync(lock, aside);
		if (read(aside) !== pid) linkSync(aside, lock);
	} catch {}
	rmSync(aside, { force: true });
}

async function takeLock() {
	for (let told = false; !tryLock(); await sleep(POLL_MS)) {
		const pid = read(lock);
		if (!isHeld(pid)) {
			breakLock(pid);
		} else if (!told) {
			console.error(`flotilla setup: waiting for process ${pid}, which is installing ...`);
			told = true;
		}
	}
	process.on('exit', () => rmSync(lock, { force: true }));
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
}

/** In a process of its own: it needs what was installed, on the Node that came with it. */
function updatePages() {
	const node = existsSync(runtime) ? runtime : process.execPath;
	const { status } = spawnSync(node, [join(root, 'scripts', 'pages.mjs')], {
		stdio: ['ignore', 'inherit', 'inherit'],
		shell: process.platform === 'win32',
	});
	if (status !== 0) process.exitCode = 1;
}

if (!existsSync(lockfile)) fail('package-lock.json is missing: is this a complete checkout?');
if (read(stamp) !== wantedStamp()) {
	await takeLock();
	if (read(stamp) !== wantedStamp()) {
		if (!alreadyInstalled()) install();
		settleRuntime();
		mkdirSync(modules, { recursive: true });
		writeFileSync(stamp, wantedStamp());
	}
}
if (process.argv.includes('--pages')) updatePages();
