import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ended, flotilla, startWith } from './sim/testing-command.ts';

test('a misspelt command or option is told what was probably meant', async () => {
	const [command, option] = await Promise.all([
		flotilla('/', 'cal'),
		flotilla('/', 'run', '--prot', '1'),
	]);
	assert.equal(command.code, 2);
	assert.match(command.stderr, /unknown command 'cal'\n\(Did you mean call\?\)/);
	assert.equal(option.code, 2);
	assert.match(option.stderr, /unknown option '--prot'\n\(Did you mean --port\?\)/);
});

/** Prints each file that is loaded, to standard error. */
const TELLING = `data:text/javascript,${encodeURIComponent(`
	import { registerHooks } from 'node:module';
	registerHooks({ load(url, context, next) { console.error(url); return next(url, context); } });`)}`;

test('a command that explains or helps loads neither simulator, nor checkers, nor edge', async () => {
	for (const args of [['explain', 'FLOTILLA_LOCKED'], ['--help'], ['run', '--help']]) {
		const variables = { NODE_OPTIONS: `--import ${TELLING}` };
		const { code, stderr } = await ended(startWith(variables, '/', ...args));
		assert.equal(code, 0, stderr);
		const loaded = stderr.split('\n');
		assert.ok(loaded.some((url) => url.includes('/packages/cli/src/main.ts')));
		const heavy = loaded.filter((url) => {
			return /\/packages\/(simulator|checkers|gateway)\/|\/(fastify|pino|undici)\//.test(url);
		});
		assert.deepEqual(heavy, [], args.join(' '));
	}
});
