// `npm run check`: everything that can be said about the sources without running them.
import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = fileURLToPath(new URL('../node_modules/.bin', import.meta.url));

const PARTS = {
	'format and lint': 'biome ci --colors=off --error-on-warnings',
	types: 'tsc -b --pretty false',
	tidy: 'node scripts/tidy.ts',
	'unused code': 'knip --no-progress --no-config-hints',
};

/** The commands are fixed texts of this file, so a shell may find them. */
function run(name, command) {
	const startedMs = performance.now();
	const child = spawn(command, {
		cwd: root,
		shell: true,
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
	});
	const output = [];
	child.stdout.on('data', (chunk) => output.push(chunk));
	child.stderr.on('data', (chunk) => output.push(chunk));
	return new Promise((resolve) => {
		child.once('close', (code) => {
			const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
			console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(16)} ${seconds} s`);
			if (code !== 0) console.log(`\n$ ${command}\n${Buffer.concat(output)}`);
			resolve(code === 0);
		});
	});
}

const results = await Promise.all(
	Object.entries(PARTS).map(([name, command]) => run(name, command)),
);
process.exitCode = results.every(Boolean) ? 0 : 1;
