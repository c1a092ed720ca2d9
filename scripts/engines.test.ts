// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sample is a program
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('engines.mjs', import.meta.url));

function engines(mode: string, ...args: string[]) {
	const env = { ...process.env, FLOTILLA_ENGINES: mode, FLOTILLA_POSTGRES_URL: undefined };
	return spawnSync(process.execPath, [script, ...args], { env, encoding: 'utf8' });
}

test('off: the command runs without an engine, loudly, and its exit code counts', () => {
	const program = 'console.log(`url ${process.env.FLOTILLA_POSTGRES_URL}`); process.exit(7)';
	const { status, stdout, stderr } = engines('off', 'postgres', '--', 'node', '-e', program);
	assert.equal(status, 7);
	assert.equal(stdout, 'url undefined\n');
	assert.match(stderr, /SKIPPED: every postgres suite/);
});

test('a browser is only found, and an own one is taken where it is given', () => {
	const program = 'console.log(process.env.FLOTILLA_CHROMIUM)';
	const run = (mode: string, given: string) =>
		spawnSync(process.execPath, [script, 'chromium', '--', 'node', '-e', program], {
			env: { ...process.env, FLOTILLA_ENGINES: mode, FLOTILLA_CHROMIUM: given },
			encoding: 'utf8',
		});
	assert.equal(run('required', process.execPath).stdout, `${process.execPath}\n`);
	assert.match(run('auto', process.execPath).stderr, /engines: chromium is /);
});

test('what cannot be meant is refused', () => {
	assert.match(engines('off', 'oracle', '--', 'node').stderr, /unknown engine oracle/);
	assert.match(engines('maybe', 'postgres', '--', 'node').stderr, /auto, required, found or off/);
	assert.match(engines('off', 'postgres').stderr, /usage/);
	assert.match(
		engines('off', 'nginx', '--', 'node').stderr,
		/nginx is only installed, by --ensure/,
	);
	assert.equal(engines('off', 'postgres', '--', 'no-such-command').status, 1);
});

test('found: nothing is installed for an engine that is not there', () => {
	const env = { ...process.env, FLOTILLA_ENGINES: 'found' };
	const args = [script, 'nginx', '--ensure'];
	const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
	const words = status === 0 ? 'available' : 'not available';
	assert.equal(stderr, `engines: ${words}: nginx\n`);
});
