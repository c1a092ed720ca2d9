import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { GREETER } from '../run/testing-greeter.ts';
import { RunningCommand } from '../run/testing-running-command.ts';
import { type Ended, ended, flotilla, inFolder, start, startWith } from '../sim/testing-command.ts';

/** What the tests of a greeter that runs share. */
interface Place {
	readonly folder: string;
	readonly url: string;
	readonly call: (...args: readonly string[]) => Promise<Ended>;
}

test('calls of an app that runs', async (t) => {
	await inFolder({ 'app.ts': GREETER }, async (folder) => {
		await using dev = new RunningCommand({ folder }, 'dev', '--port', '0');
		const url = await dev.url();
		const place: Place = { folder, url, call: (...args) => flotilla(folder, 'call', ...args) };
		await answers(t, place);
		await refusals(t, place);
		await unknowns(t, place);
		await streams(t, place);
		assert.equal(await dev.stop('SIGTERM'), 0);
	});
});

async function answers(t: TestContext, { call, folder, url }: Place): Promise<void> {
	await t.test('a call finds the app, and prints its answer', async () => {
		const answer = await call('greeter.greet', '{"name":"Ada & Co/1"}');
		assert.deepEqual(answer, {
			code: 0,
			stdout: '{\n  "text": "Hello, Ada & Co/1!"\n}\n',
			stderr: '',
		});
		const kept = { id: 'a b', tags: ['x', 'y'] };
		const json = await call(
			'greeter.keep',
			JSON.stringify(kept),
			'--idempotency-key',
			'k',
			'--json',
		);
		assert.deepEqual(JSON.parse(json.stdout), kept);
		assert.equal(json.stdout.trimEnd().split('\n').length, 1);
		const again = await call('greeter.keep', JSON.stringify(kept), '--idempotency-key', 'k');
		assert.equal(again.code, 0, 'the same key gets the first answer');
		const child = start(folder, 'call', 'greeter.greet', '-', '--json');
		child.stdin?.end('{"name":"Ada"}');
		assert.equal((await ended(child)).stdout, '{"text":"Hello, Ada!"}\n');
		const elsewhere = await ended(
			startWith({ FLOTILLA_URL: `${url}/` }, '/', 'call', 'greeter.count', '{"to":1}'),
		);
		assert.equal(elsewhere.stdout, '{"count":1}\n');
		const byFolder = await flotilla(
			'/',
			'call',
			'greeter.greet',
			'{"name":"Ada"}',
			'--data',
			`${folder}/.flotilla/hello`,
		);
		assert.equal(byFolder.code, 0, byFolder.stderr);
	});
}

async function refusals(t: TestContext, { call }: Place): Promise<void> {
	await t.test('a refusal is exit code 1, for a person with what is wrong and where', async () => {
		const declared = await call('greeter.greet', '{"name":"Bob"}');
		assert.equal(declared.code, 1);
		assert.equal(declared.stdout, '');
		assert.match(
			declared.stderr,
			/^rude \(409\) .*\n {2}data {2}\{"name":"Bob"\}\n {2}Effect: nothing took effect/,
		);
		const invalid = await call('greeter.greet', '{"name":"B"}');
		assert.equal(invalid.code, 1);
		assert.match(invalid.stderr, /^FLOTILLA_INPUT_INVALID \(422\) .*\n {2}\/name {2}Too small/);
		const json = await call('greeter.greet', '{"name":"B"}', '--json');
		assert.equal(json.code, 1);
		assert.equal(json.stderr, '');
		assert.equal(JSON.parse(json.stdout).errors[0].path, '/name');
		const stranger = await call('greeter.greet', '{"name":"Ada"}', '--token', 'wrong-token');
		assert.match(stranger.stderr, /^FLOTILLA_UNAUTHENTICATED \(401\)/);
	});
}

async function unknowns(t: TestContext, { call }: Place): Promise<void> {
	await t.test('what the edge does not have is exit code 2, with what it has', async () => {
		const refused = async (pattern: RegExp, ...args: readonly string[]): Promise<void> => {
			const { code, stdout, stderr } = await call(...args);
			assert.equal(code, 2, stderr);
			assert.equal(stdout, '');
			assert.match(stderr, pattern);
		};
		await refused(
			/no operation 'greeter\.gret' .* Did you mean greeter\.greet\?\ngreeter has: count, greet, hold, keep, tick\./,
			'greeter.gret',
		);
		await refused(/Did you mean greeter\.keep\?\nThe services are: greeter\./, 'greter.keep');
		await refused(/does not take 'nam'\. It takes: name/, 'greeter.greet', '{"nam":"Ada"}');
		await refused(/wants 'name' in its input/, 'greeter.greet');
		await refused(/cannot be '\.\.'/, 'greeter.greet', '{"name":".."}');
		await refused(/is no JSON: /, 'greeter.greet', '{');
		await refused(/is no JSON object/, 'greeter.greet', '[1]');
		await refused(/takes no idempotency key/, 'greeter.hold', '--idempotency-key', 'k');
		await refused(/both say where the app is/, 'greeter.hold', '--url', 'http://a', '--data', 'b');
		await refused(/No app .* runs on nothing/, 'greeter.hold', '--data', 'nothing');
		await refused(/'nowhere' is no address/, 'greeter.hold', '--url', 'nowhere');
	});
}

async function streams(t: TestContext, { call, folder }: Place): Promise<void> {
	await t.test('a streaming result is printed item by item, until it ends or Ctrl-C', async () => {
		const all = await call('greeter.count', '{"to":3}');
		assert.deepEqual(all, {
			code: 0,
			stdout: '{"count":1}\n{"count":2}\n{"count":3}\n',
			stderr: '',
		});
		const some = await call('greeter.tick', '--timeout', '500ms');
		assert.deepEqual(some, { code: 0, stdout: '{"count":1}\n', stderr: '' });
		await using endless = new RunningCommand({ folder }, 'call', 'greeter.tick', '--json');
		await endless.says('stdout', /\{"count":1\}\n/);
		assert.equal(await endless.stop('SIGINT'), 130);
	});
}

/** Something that answers HTTP, and is no edge of ours. */
async function withServer(
	answer: RequestListener,
	use: (url: string) => Promise<void>,
): Promise<void> {
	const server = createServer(answer).listen(0, '127.0.0.1');
	await once(server, 'listening');
	try {
		await use(`http://127.0.0.1:${(server.address() as { readonly port: number }).port}`);
	} finally {
		server.closeAllConnections();
		server.close();
	}
}

const DOCUMENT = JSON.stringify({
	openapi: '3.1.0',
	paths: { '/orders': { post: { operationId: 'orders.place', requestBody: {} } } },
});

test('an app that is not there, or is none, is exit code 2', async () => {
	const closed = { url: '' };
	await withServer(
		(_, response) => response.end('{"hello":1}'),
		async (url) => {
			closed.url = url;
			const other = await flotilla('/', 'call', 'a.b', '--url', url);
			assert.equal(other.code, 2);
			assert.match(other.stderr, /is no OpenAPI document/);
		},
	);
	const { code, stderr } = await flotilla('/', 'call', 'a.b', '--url', closed.url);
	assert.equal(code, 2);
	assert.match(stderr, /^error: Nothing answers at http:.* \(ECONNREFUSED\)/);
});

test('when a command does not answer, it is said that it may have taken effect', async () => {
	await withServer(
		({ url }, response) => {
			if (url === '/openapi.json') response.end(DOCUMENT);
			else response.destroy();
		},
		async (url) => {
			const broken = await flotilla('/', 'call', 'orders.place', '{}', '--url', url);
			assert.equal(broken.code, 2);
			assert.match(broken.stderr, /broke: .* Whether it took effect is not known/);
		},
	);
	await withServer(
		({ url }, response) => {
			if (url === '/openapi.json') response.end(DOCUMENT);
		},
		async (url) => {
			const args = ['call', 'orders.place', '{}', '--url', url, '--timeout', '300ms'];
			const late = await flotilla('/', ...args);
			assert.equal(late.code, 2);
			assert.match(late.stderr, /has not answered within 300 ms\. Whether it took effect/);
		},
	);
});

test('what a stranger writes cannot steer the terminal', async () => {
	await withServer(
		({ url }, response) => {
			if (url === '/openapi.json') response.end(DOCUMENT);
			else {
				response.statusCode = 400;
				response.end(JSON.stringify({ code: 'bad', detail: '\u001b[2Jgone\u009b31m' }));
			}
		},
		async (url) => {
			const { code, stderr } = await flotilla('/', 'call', 'orders.place', '{}', '--url', url);
			assert.equal(code, 1);
			assert.match(stderr, /^bad \(\?\) {2}\\u001b\[2Jgone\\u009b31m\n/);
		},
	);
});
