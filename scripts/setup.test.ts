import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** In place of npm: notes that it ran, takes its time, and links a Node as an install would. */
const NPM = `import { appendFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
appendFileSync('npm.log', process.argv.slice(2).join(' ') + '\\n');
await new Promise((resolve) => setTimeout(resolve, 300));
if (process.env.FAKE_NPM_FAILS) process.exit(9);
mkdirSync('node_modules/.bin', { recursive: true });
rmSync('node_modules/.bin/node', { force: true });
symlinkSync(process.execPath, 'node_modules/.bin/node');
`;

class Checkout implements Disposable {
	readonly folder = mkdtempSync(join(tmpdir(), 'flotilla-setup-'));

	constructor() {
		mkdirSync(join(this.folder, 'scripts'));
		const setup = fileURLToPath(new URL('setup.mjs', import.meta.url));
		copyFileSync(setup, join(this.folder, 'scripts/setup.mjs'));
		writeFileSync(join(this.folder, 'npm-cli.mjs'), NPM);
		this.lock('1.0.0');
	}

	lock(version: string): void {
		writeFileSync(
			join(this.folder, 'package-lock.json'),
			JSON.stringify({ packages: { '': {}, 'node_modules/a': { version } } }),
		);
	}

	async setup(
		extra: Record<string, string> = {},
		...args: string[]
	): Promise<{ code: number; output: string }> {
		const env = {
			...process.env,
			...extra,
			npm_execpath: join(this.folder, 'npm-cli.mjs'),
			npm_node_execpath: process.execPath,
		};
		const child = spawn(process.execPath, ['scripts/setup.mjs', ...args], {
			cwd: this.folder,
			env,
		});
		let output = '';
		child.stdout.on('data', (chunk) => {
			output += chunk;
		});
		child.stderr.on('data', (chunk) => {
			output += chunk;
		});
		return new Promise((resolve) => {
			child.once('close', (code) => resolve({ code: code ?? -1, output }));
		});
	}

	get installs(): string[] {
		const log = join(this.folder, 'npm.log');
		return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
	}

	[Symbol.dispose](): void {
		rmSync(this.folder, { recursive: true, force: true });
	}
}

test('installs once, then is silent until the lock file changes', async () => {
	using checkout = new Checkout();
	assert.equal((await checkout.setup()).code, 0);
	assert.deepEqual(checkout.installs, ['ci --no-audit --no-fund --loglevel=error']);
	assert.deepEqual(await checkout.setup(), { code: 0, output: '' });
	checkout.lock('1.0.1');
	await checkout.setup();
	assert.equal(checkout.installs.length, 2);
});

test('the pages are brought up to date once everything is installed, and their failure counts', async () => {
	using checkout = new Checkout();
	const pages = join(checkout.folder, 'scripts/pages.mjs');
	writeFileSync(
		pages,
		"import { existsSync } from 'node:fs'; console.log(existsSync('node_modules/.bin/node')); process.exit(3);",
	);
	const { code, output } = await checkout.setup({}, '--pages');
	assert.equal(code, 1);
	assert.match(output, /true\n$/);
	assert.equal((await checkout.setup()).code, 0);
});

test('commands started together install once', async () => {
	using checkout = new Checkout();
	const runs = await Promise.all([1, 2, 3, 4].map(() => checkout.setup()));
	assert.deepEqual(
		runs.map(({ code }) => code),
		[0, 0, 0, 0],
	);
	assert.equal(checkout.installs.length, 1);
});

test('the lock of a dead process is taken over', async () => {
	using checkout = new Checkout();
	mkdirSync(join(checkout.folder, '.flotilla'));
	const dead = spawn(process.execPath, ['--version']);
	await once(dead, 'exit');
	writeFileSync(join(checkout.folder, '.flotilla/setup.lock'), String(dead.pid));
	assert.equal((await checkout.setup()).code, 0);
	assert.equal(checkout.installs.length, 1);
	assert.equal(existsSync(join(checkout.folder, '.flotilla/setup.lock')), false);
});

test('a failed install says so, and is tried again the next time', async () => {
	using checkout = new Checkout();
	const { code, output } = await checkout.setup({ FAKE_NPM_FAILS: 'yes' });
	assert.equal(code, 1);
	assert.match(output, /npm ci failed with exit code 9/);
	assert.equal((await checkout.setup()).code, 0);
	assert.equal(checkout.installs.length, 2);
});

test('what npm installed by hand is not installed again', async () => {
	using checkout = new Checkout();
	await checkout.setup();
	checkout.lock('1.0.1');
	mkdirSync(join(checkout.folder, 'node_modules/a'));
	const installed = { packages: { 'node_modules/a': { version: '1.0.1' } } };
	const path = join(checkout.folder, 'node_modules/.package-lock.json');
	writeFileSync(path, JSON.stringify(installed));
	assert.deepEqual(await checkout.setup(), { code: 0, output: '' });
	assert.equal(checkout.installs.length, 1);
});
