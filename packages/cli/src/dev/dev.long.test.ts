import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { GREETER } from '../run/testing-greeter.ts';
import { gone, RunningCommand } from '../run/testing-running-command.ts';
import { ended, flotilla, inFolder, start } from '../sim/testing-command.ts';

const WAITING = /Waiting for a change/;

const AGAIN = /^hello runs\n$/m;

/** What the data folder says about the process that runs the app. */
function runningIn(folder: string): { readonly processId: number; readonly url: string } {
	return JSON.parse(readFileSync(join(folder, '.flotilla/hello/running.json'), 'utf8'));
}

test('a change starts the app anew, at the same port, and a broken file waits for the next change', async () => {
	await inFolder({ 'app.ts': GREETER }, async (folder) => {
		await using dev = new RunningCommand({ folder }, 'dev', '--port', '0');
		const url = await dev.url();
		const greet = async (): Promise<unknown> => {
			const { stdout } = await flotilla(
				folder,
				'call',
				'greeter.greet',
				'{"name":"Ada"}',
				'--json',
			);
			return JSON.parse(stdout).text;
		};
		assert.equal(await greet(), 'Hello, Ada!');
		const first = runningIn(folder).processId;

		writeFileSync(join(folder, 'app.ts'), GREETER.replace('Hello,', 'Good day,'));
		await dev.says('stderr', /app\.ts changed/);
		await dev.says('stdout', AGAIN);
		assert.equal(runningIn(folder).url, url);
		assert.equal(await greet(), 'Good day, Ada!');
		assert.notEqual(runningIn(folder).processId, first);
		await gone(first);

		writeFileSync(join(folder, 'app.ts'), `${GREETER}\nconst broken = ;\n`);
		const told = await dev.says('stderr', /app\.ts changed[\s\S]*Waiting for a change/);
		assert.match(told, /app\.ts:\d+\n\s*const broken = ;/);
		assert.match(told, /SyntaxError/);
		assert.ok(!told.includes('node:internal'), told);

		writeFileSync(join(folder, 'app.ts'), `import './more.ts';\n${GREETER}`);
		assert.match(await dev.says('stderr', /Cannot find module[\s\S]*?Waiting/), /more\.ts/);
		writeFileSync(
			join(folder, 'more.ts'),
			"function f() { throw new Error('at its start'); }\nf();\n",
		);
		const thrown = await dev.says('stderr', /more\.ts changed[\s\S]*?Waiting/);
		assert.match(
			thrown,
			/Error: at its start\n\s+at f \(.*more\.ts:1:\d+\)\n\s+at .*more\.ts:2:1\n/,
		);
		assert.ok(!thrown.includes('node:'), thrown);
		writeFileSync(join(folder, 'more.ts'), '');
		await dev.says('stdout', AGAIN);
		assert.equal(runningIn(folder).url, url);
		unlinkSync(join(folder, 'more.ts'));
		await dev.says('stderr', WAITING);

		const last = () => runningIn(folder);
		assert.throws(last, 'no app runs, so none is described');
		assert.equal(await dev.stop('SIGINT'), 130);
	});
});

test('its configuration is watched too, and a setting that is wrong is told', async () => {
	const config = (port: string): string => `export default { port: ${port} };`;
	await inFolder({ 'app.ts': GREETER, 'flotilla.config.ts': config('0') }, async (folder) => {
		await using dev = new RunningCommand({ folder }, 'dev');
		await dev.url();
		writeFileSync(join(folder, 'flotilla.config.ts'), config('true'));
		await dev.says('stderr', /flotilla\.config\.ts changed/);
		// The port of the first start is kept as an argument, and hides the one of the file.
		await dev.says('stdout', AGAIN);
		writeFileSync(join(folder, 'flotilla.config.ts'), 'export default { colour: 1 };');
		const told = await dev.says('stderr', /FLOTILLA_CONFIGURATION: [\s\S]*?Waiting/);
		assert.match(told, /'colour' in .* is unknown/);
		assert.equal(await dev.stop('SIGTERM'), 0);
	});
});

test('Ctrl-C at a terminal reaches both processes, which end in peace', async () => {
	await inFolder({ 'app.ts': GREETER }, async (folder) => {
		await using dev = new RunningCommand({ folder }, 'dev', '--port', '0');
		await dev.url();
		const child = runningIn(folder).processId;
		process.kill(child, 'SIGINT');
		assert.equal(await dev.stop('SIGINT'), 130);
		await gone(child);
		assert.ok(!dev.stderr.includes('SIGKILL'));
	});
});

test('the app ends when the command is killed', async () => {
	await inFolder({ 'app.ts': GREETER }, async (folder) => {
		const dev = new RunningCommand({ folder }, 'dev', '--port', '0');
		await dev.url();
		const child = runningIn(folder).processId;
		dev.child.kill('SIGKILL');
		await once(dev.child, 'exit');
		await gone(child);
		assert.throws(() => runningIn(folder), 'it ended in peace');
	});
});

test('the line that is printed calls an operation, and the developer may call every other', async () => {
	await inFolder({ 'app.ts': GREETER }, async (folder) => {
		await using dev = new RunningCommand({ folder }, 'dev', '--port', '0');
		const url = await dev.url();
		const [, words = ''] = /npx flotilla (call .*)\n/.exec(dev.stdout) ?? [];
		const [command = '', operation = '', input] = words.split(' ');
		const json = input === undefined ? [] : [input.replaceAll("'", '')];
		const answer = await flotilla(folder, command, operation, ...json);
		assert.equal(answer.code, 0, `${words}\n${answer.stderr}`);
		const token = join(folder, '.flotilla/hello/developer-token');
		assert.equal(statSync(token).mode & 0o777, 0o600);
		const authorization = `Bearer ${readFileSync(token, 'utf8').trim()}`;
		const greeting = await fetch(`${url}/v1/greetings/Ada`, { headers: { authorization } });
		assert.equal(greeting.status, 200);
		const line = await dev.says('stderr', /.*GET \/v1\/greetings.*\n/);
		assert.match(line, /^\d\d:\d\d:\d\d\.\d{3} INFO {2}edge .* 200 .* ms trace=[0-9a-f]{8}\n$/);
		assert.equal(await dev.stop('SIGTERM'), 0);
	});
});

test('an address that others reach has no developer', async () => {
	await inFolder({ 'app.ts': GREETER }, async (folder) => {
		await using dev = new RunningCommand({ folder }, 'dev', '--port', '0', '--host', '0.0.0.0');
		await dev.says('stdout', /No developer's token: 0\.0\.0\.0 can be reached/);
		assert.throws(() => statSync(join(folder, '.flotilla/hello/developer-token')));
		const refused = await flotilla(folder, 'call', 'greeter.greet', '{"name":"Ada"}');
		assert.equal(refused.code, 1);
		assert.match(refused.stderr, /FLOTILLA_UNAUTHENTICATED/);
		assert.equal(await dev.stop('SIGTERM'), 0);
	});
});

test('with --json the addresses are an object a start, and log lines stay as they are', async () => {
	await inFolder({ 'app.ts': GREETER }, async (folder) => {
		await using dev = new RunningCommand({ folder }, 'dev', '--port', '0', '--json');
		const { url, app, call } = JSON.parse(await dev.says('stdout', /^(.*)\n/));
		assert.equal(app, 'hello');
		assert.match(call, /^npx flotilla call greeter\./);
		await fetch(`${url}/v1/count?to=2`);
		const line = JSON.parse(await dev.says('stderr', /^(\{.*count.*\})\n/m));
		assert.match(line.trace_id, /^[0-9a-f]{32}$/);
		assert.equal(await dev.stop('SIGTERM'), 0);
	});
});

test('a program of its own is started anew too, with its arguments', async () => {
	const program = (word: string): string => `
		import { createServer } from 'node:net';
		import { main } from 'flotilla/run';
		await main(async (process) => {
			const server = createServer().listen(0, '127.0.0.1');
			process.print('${word} ' + process.arguments.join());
			return { [Symbol.asyncDispose]: async () => { server.close(); process.print('closed'); } };
		});`;
	await inFolder({ 'main.ts': program('one') }, async (folder) => {
		await using dev = new RunningCommand({ folder }, 'dev', 'main.ts', '--', '--port', '0');
		await dev.says('stdout', /one --port,0\n/);
		writeFileSync(join(folder, 'main.ts'), program('two'));
		await dev.says('stdout', /closed\ntwo --port,0\n/);
		assert.equal(await dev.stop('SIGINT'), 130);
	});
});

test('what is not there is told at once', async () => {
	await inFolder({}, async (folder) => {
		const { code, stderr } = await ended(start(folder, 'dev', 'nothing.ts'));
		assert.equal(code, 2);
		assert.match(stderr, /There is no file or folder nothing\.ts/);
	});
});
