import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Ended, ended, flotilla, inFolder, startWith } from '../sim/testing-command.ts';
import { GREETER } from './testing-greeter.ts';
import { RunningCommand } from './testing-running-command.ts';

/** Checks that a command could not start, and said why in one line that begins so. */
function refused({ code, stdout, stderr }: Ended, beginning: RegExp, exitCode = 1): void {
	assert.equal(code, exitCode, stderr);
	assert.equal(stdout, '');
	assert.match(stderr, beginning);
	assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
}

async function listening(server: Pick<Server, 'listen' | 'address' | 'once'>): Promise<number> {
	server.listen(0, '127.0.0.1');
	await once(server as Server, 'listening');
	return (server.address() as { readonly port: number }).port;
}

test('run serves an app, and SIGTERM lets a call under way end', async () => {
	await inFolder({ 'app.ts': GREETER }, async (folder) => {
		const underWay = Promise.withResolvers<() => void>();
		const gate = createServer((_, response) => underWay.resolve(() => response.end()));
		const port = await listening(gate);
		const variables = { GATE: `http://127.0.0.1:${port}` };
		await using app = new RunningCommand({ folder, variables }, 'run', '--port', '0');
		const url = await app.url();
		assert.match(app.stdout, /hello runs in process \d+, data in .*\.flotilla\/hello/);
		const data = join(folder, '.flotilla/hello');
		assert.equal(statSync(join(data, 'running.json')).mode & 0o777, 0o600);
		const answer = fetch(`${url}/v1/hold`);
		const release = await underWay.promise;
		const stopped = app.stop('SIGTERM');
		release();
		assert.deepEqual(await (await answer).json(), { count: 1 });
		assert.equal(await stopped, 0);
		assert.ok(!existsSync(join(data, 'running.json')));
		gate.close();
		const levels = app.stderr
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line).level);
		assert.ok(levels.includes('info'), 'the log is JSON lines');
	});
});

test('run --json tells the addresses as one object', async () => {
	await inFolder({ 'app.ts': GREETER }, async (folder) => {
		await using app = new RunningCommand({ folder }, 'run', '--port', '0', '--json');
		const about = JSON.parse(await app.says('stdout', /^(.*)\n/));
		assert.deepEqual(Object.keys(about), ['app', 'url', 'processId', 'data']);
		assert.equal((await fetch(`${about.url}/health/ready`)).status, 200);
		assert.equal(await app.stop('SIGTERM'), 0);
	});
});

const SECRET = 'a-token-of-the-test';

test('the file names the app and who may call, the environment and arguments override it', async () => {
	const files = {
		'other/greeter.ts': GREETER,
		'flotilla.config.ts': `
			import type { Config } from '@flotilla/cli';
			import { bearerToken } from '@flotilla/gateway';
			import { Greeter } from './other/greeter.ts';
			export default {
				app: './other/greeter.ts',
				port: 1,
				data: 'data of the file',
				logLevel: 'warn',
				metrics: 'operator',
				auth: {
					verifier: async (fleet) => {
						for await (const _ of fleet.client(Greeter).count({ to: 1 })) break;
						return bearerToken({
							token: '${SECRET}',
							principal: { subject: 'ada', issuer: 'test', scopes: ['user'] },
						});
					},
				},
			} satisfies Config;`,
	};
	await inFolder(files, async (folder) => {
		const variables = { FLOTILLA_PORT: '2' };
		const args = ['run', '--config', join(folder, 'flotilla.config.ts'), '--port', '0'];
		await using app = new RunningCommand({ folder: '/', variables }, ...args);
		const url = await app.url();
		const headers = { authorization: `Bearer ${SECRET}` };
		const greeting = await fetch(`${url}/v1/greetings/Ada`, { headers });
		assert.deepEqual(await greeting.json(), { text: 'Hello, Ada!' });
		assert.equal((await fetch(`${url}/v1/greetings/Ada`)).status, 401);
		assert.equal((await fetch(`${url}/metrics`, { headers })).status, 403);
		assert.ok(existsSync(join(folder, 'data of the file/flotilla.json')));
		assert.equal(await app.stop('SIGTERM'), 0);
		assert.equal(app.stderr, '', 'nothing below warn is logged');
	});
});

test('whatever keeps an app from starting is one line and exit code 1, and nothing is touched', async () => {
	await inFolder({ 'app.ts': GREETER }, async (folder) => {
		const before = readdirSync(folder);
		const server = createTcpServer();
		const port = await listening(server as never);
		const run = (...args: readonly string[]): Promise<Ended> => flotilla(folder, 'run', ...args);
		refused(await run('--port', String(port)), /^FLOTILLA_ADDRESS_IN_USE: /);
		server.close();
		refused(
			await run('--port', '-1', '--log-level=loud', '--database=mysql://x'),
			/^FLOTILLA_CONFIGURATION: .*--port: .*--database: .*--log-level: /,
		);
		refused(
			await ended(startWith({ FLOTILLA_PROT: '1' }, folder, 'run')),
			/^FLOTILLA_CONFIGURATION: .*FLOTILLA_PROT .*FLOTILLA_PORT/,
		);
		const closed = `postgres://somebody:secret@127.0.0.1:${port}/x`;
		const unreachable = await run('--port', '0', '--data', 'data', '--database', closed);
		refused(unreachable, /^FLOTILLA_DATABASE_UNAVAILABLE: /);
		assert.ok(!unreachable.stderr.includes('secret'));
		rmSync(join(folder, 'data'), { recursive: true });
		refused(await run('nothing.ts'), /^error: There is no file or folder nothing\.ts/, 2);
		refused(await run('--config', 'nothing.ts'), /^error: There is no configuration nothing/, 2);
		refused(
			await run('app.ts', '--config', 'nothing.ts'),
			/^FLOTILLA_CONFIGURATION: There is no file/,
		);
		assert.deepEqual(readdirSync(folder), before);
	});
});

test('a configuration that is wrong is told with its file, all of it at once', async () => {
	const files = {
		'app.ts': GREETER,
		'flotilla.config.ts': "export default { prot: 1, auth: 'me', pages: [{ at: 'x' }], data: 7 };",
	};
	await inFolder(files, async (folder) => {
		const wrong = await flotilla(folder, 'run');
		refused(wrong, /^FLOTILLA_CONFIGURATION: .*'prot' .* is port\./);
		for (const key of ['auth', 'pages', 'data']) {
			assert.ok(wrong.stderr.includes(`'${key}' in `), key);
		}
	});
	await inFolder({ 'flotilla.config.ts': '\nexport default {\n\tport: ,\n};' }, async (folder) => {
		refused(await flotilla(folder, 'run'), /cannot be read: .* \(line 3\)\./);
	});
});

test('a verifier that is none keeps an app from starting, and leaves nothing behind', async () => {
	const files = {
		'app.ts': GREETER,
		'flotilla.config.ts': "export default { port: 0, auth: { verifier: async () => 'me' } };",
	};
	await inFolder(files, async (folder) => {
		const { code, stderr } = await flotilla(folder, 'run', '--log-level', 'error');
		assert.equal(code, 1);
		assert.match(stderr, /^FLOTILLA_CONFIGURATION: .*'auth\.verifier' .* gave no verifier/);
		assert.ok(!existsSync(join(folder, '.flotilla/hello/running.json')));
	});
});

test('what is no app is told, with what to write', async () => {
	const files = {
		'busy.ts': 'setInterval(() => {}, 1_000);',
		'named.ts': `${GREETER.replace('export default', 'export const hello =')}`,
		'main.ts':
			"import { main } from 'flotilla/run';\nawait main(async () => { console.log('ran'); return undefined; });",
		'flotilla.config.ts': 'export default {};',
	};
	await inFolder(files, async (folder) => {
		const run = (...args: readonly string[]): Promise<Ended> => flotilla(folder, 'run', ...args);
		refused(
			await run('named.ts'),
			/^error: .* exports no app by default.*`export default hello;`/,
			2,
		);
		refused(await run('busy.ts'), /^error: .* exports no app by default, and starts no/, 2);
		refused(await run('main.ts', '--port', '0'), /^error: .* starts a program.* --port/, 2);
		const ran = await run('main.ts');
		assert.deepEqual(ran, { code: 0, stdout: 'ran\n', stderr: '' });
	});
});

test('a program of its own gets the arguments behind --, and nothing else does', async () => {
	const program = `
		import { main } from 'flotilla/run';
		await main(async (process) => { process.print(process.arguments.join('|')); return undefined; });`;
	await inFolder({ 'main.ts': program, 'app.ts': GREETER }, async (folder) => {
		const ran = await flotilla(folder, 'run', 'main.ts', '--', '--port', '0', '--', 'x');
		assert.deepEqual(ran, { code: 0, stdout: '--port|0|--|x\n', stderr: '' });
		const app = await flotilla(folder, 'run', '--', '--port', '0');
		refused(app, /^error: The app 'hello' takes no arguments behind --/, 2);
	});
});

test('without auth, operations that nobody can call are warned of', async () => {
	await inFolder({ 'app.ts': GREETER }, async (folder) => {
		await using app = new RunningCommand({ folder }, 'run', '--port', '0');
		await app.url();
		const line = JSON.parse(await app.says('stderr', /^(.*no 'auth'.*)\n/m));
		assert.equal(line.level, 'warn');
		assert.deepEqual(line.operations, ['greeter@1/greet']);
		assert.equal(await app.stop('SIGINT'), 0);
		const { app: name } = JSON.parse(
			readFileSync(join(folder, '.flotilla/hello/flotilla.json'), 'utf8'),
		);
		assert.equal(name, 'hello');
	});
});
