#!/usr/bin/env node
// Starts the commands, which are a package of their own. Plain JavaScript for Node 20: whoever has an
// old Node gets the one that npm has installed, or is told which one is needed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 24;
const COMMANDS = '@flotilla/cli';
const SOURCES = '--conditions=flotilla-src';

const here = fileURLToPath(import.meta.url);
// npm links a workspace, so the real path tells; a published package may hold sources too.
const isCheckout = !/[\\/]node_modules[\\/]/.test(here);
const hasCondition =
	process.execArgv.includes(SOURCES) || (process.env.NODE_OPTIONS ?? '').includes(SOURCES);
const isModern = Number.parseInt(process.versions.node, 10) >= OLDEST_NODE;

if (isModern && (hasCondition || !isCheckout)) await runCommands();
else
	startAnew(isModern ? process.execPath : (nodeAbove(dirname(here)) ?? nodeAbove(process.cwd())));

async function runCommands() {
	// Half of what a short command takes is compiling; worker threads find the folder by the variable.
	module.enableCompileCache();
	process.env.NODE_COMPILE_CACHE ??= module.getCompileCacheDir() ?? '';
	try {
		const { main } = await import(COMMANDS);
		await main(process.argv.slice(2));
	} catch (error) {
		if (error.code !== 'ERR_MODULE_NOT_FOUND' || !error.message.includes(`'${COMMANDS}'`))
			throw error;
		fail(
			'FLOTILLA_COMMANDS_MISSING',
			`the commands are in the package ${COMMANDS}, which is not installed. ` +
				`Run \`npm install --save-dev ${COMMANDS}\`.`,
		);
	}
}

/** The Node of npm's package for this platform, in a folder above. */
function nodeAbove(folder) {
	const platform = process.platform === 'win32' ? 'win' : process.platform;
	const file = process.platform === 'win32' ? 'node.exe' : 'node';
	for (const name of [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`]) {
		const path = join(folder, 'node_modules', name, 'bin', file);
		if (existsSync(path)) return path;
	}
	const parent = dirname(folder);
	return parent === folder ? undefined : nodeAbove(parent);
}

/** The same command in another Node, or with the condition under which a checkout runs its sources. */
function startAnew(node) {
	if (node === undefined) {
		const install = isCheckout ? ', or run `npm ci` here, which brings one' : '';
		fail(
			'FLOTILLA_NODE_TOO_OLD',
			`this is Node ${process.versions.node}; Flotilla needs ${OLDEST_NODE}. ` +
				`Install Node ${OLDEST_NODE} or newer${install}.`,
		);
		return;
	}
	const flags = isCheckout && !hasCondition ? [...process.execArgv, SOURCES] : process.execArgv;
	const args = [...flags, here, ...process.argv.slice(2)];
	// Since Node 22.15, not on Windows: no process is left between the shell and the command.
	if (process.execve) process.execve(node, [node, ...args], process.env);
	const child = spawn(node, args, { stdio: 'inherit' });
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
		process.on(signal, () => child.kill(signal));
	}
	child.on('exit', (code, signal) => {
		if (signal === null) process.exit(code);
		process.removeAllListeners(signal);
		process.kill(process.pid, signal);
	});
	child.on('error', ({ message }) => {
		fail('FLOTILLA_NODE_TOO_OLD', `${node} does not run: ${message}. Install Node ${OLDEST_NODE}.`);
	});
}

function fail(code, message) {
	console.error(`${code}: ${message}`);
	process.exitCode = 2;
}
