import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bearerToken, type Gateway, gateway } from '@flotilla/gateway';
import { isDeclaredError, isFlotillaError } from 'flotilla';
import { httpClient } from 'flotilla/client';
import { type Fleet, run } from 'flotilla/run';
import app, { counts, Notes } from './app.ts';

const principal = { subject: 'ada', issuer: 'tests', scopes: ['user'] };
const token = 'a-token-that-is-long-enough';

let dataDir: string;
let fleet: Fleet;
let edge: Gateway;
let notes: ReturnType<typeof clientOf>;

function clientOf(baseUrl: string, options: { readonly attemptsMax?: number } = {}) {
	return httpClient(Notes, { baseUrl, ...options });
}

before(async () => {
	dataDir = await mkdtemp(join(tmpdir(), 'flotilla-client-'));
	fleet = await run(app, { dataDir, logLevel: 'error' });
	edge = await gateway(fleet, { port: 0, auth: bearerToken({ token, principal }) });
	notes = clientOf(edge.url);
});

after(async () => {
	await edge.close();
	await fleet.close();
	await rm(dataDir, { recursive: true });
});

test('a client has what the contract gives a route, and nothing else', () => {
	assert.deepEqual(Object.keys(notes).sort(), [
		'count',
		'find',
		'forget',
		'get',
		'mine',
		'try',
		'write',
	]);
	// @ts-expect-error The type says so too.
	assert.equal(notes.internal, undefined);
});

test('answers come in the output form of their schema', async () => {
	await notes.write({ id: 'a/b', text: 'hello' });
	const note = await notes.get({ id: 'a/b' });
	assert.equal(note.text, 'hello');
	assert.ok(note.writtenAt instanceof Date);
	assert.deepEqual(await notes.find({ words: ['x', 'y z&'] }), { words: ['x', 'y z&'], limit: 2 });
	assert.equal(await notes.forget({ id: 'a/b' }), undefined);
});

test('declared errors are answers, with their data in its output form', async () => {
	const missing = await notes.try.get({ id: 'none' });
	assert.ok(!missing.ok && missing.error.code === 'notFound' && missing.error.data.id === 'none');
	const burnt = await notes.try.get({ id: 'burnt' });
	assert.ok(!burnt.ok && burnt.error.code === 'seenLast' && burnt.error.data.at instanceof Date);
	await assert.rejects(notes.forget({ id: 'none' }), (error) => isDeclaredError(error, 'notFound'));
});

test('refusals of the edge say what they would say within the fleet', async () => {
	await assert.rejects(notes.write({ id: 'a', text: 'far too long a text' }), (error) => {
		assert.ok(isFlotillaError(error, 'FLOTILLA_INPUT_INVALID'));
		assert.equal(error.effect, 'none');
		const [issue] = error.details.issues as { path: string }[];
		assert.equal(issue?.path, '/text');
		return true;
	});
	await assert.rejects(notes.mine(), { code: 'FLOTILLA_UNAUTHENTICATED', effect: 'none' });
	const asked = httpClient(Notes, { baseUrl: edge.url, token: async () => token });
	assert.deepEqual(await asked.mine(), { subject: 'ada' });
});

test('a streaming result is read as it comes, and ends when the reader leaves', async () => {
	const numbers: number[] = [];
	for await (const { number, at } of notes.count({ to: 3 })) {
		assert.ok(at instanceof Date);
		numbers.push(number);
	}
	assert.deepEqual(numbers, [1, 2, 3]);
	const left = once(counts, 'left');
	for await (const _ of notes.count({ to: Number.MAX_SAFE_INTEGER })) break;
	await left;
});

test('what fails in the middle of a streaming result is the error that it is', async () => {
	const numbers: number[] = [];
	const reading = (async () => {
		for await (const { number } of notes.count({ to: 2, thenFail: true })) numbers.push(number);
	})();
	await assert.rejects(reading, (error) => isDeclaredError(error, 'notFound'));
	assert.deepEqual(numbers, [1, 2]);
});

test('a command whose answer was lost is tried again under its key, and takes effect once', async () => {
	await using proxy = await cuttingProxy(edge.address.port, { answersCut: 2 });
	const first = await clientOf(proxy.url).write({ id: 'lost', text: 'once' });
	const next = await notes.write({ id: 'lost', text: 'twice' });
	assert.equal(proxy.cut, 2);
	assert.equal(next.writes, first.writes + 1);
});

test('when all tries were in vain the effect is unknown, of a query none', async () => {
	await using proxy = await cuttingProxy(edge.address.port, { answersCut: 100 });
	const impatient = clientOf(proxy.url, { attemptsMax: 2 });
	const unknown = { code: 'FLOTILLA_CONNECTION_LOST', effect: 'unknown' };
	await assert.rejects(impatient.write({ id: 'a', text: 'b' }), unknown);
	assert.equal(proxy.cut, 2);
	await assert.rejects(impatient.find({}), { code: 'FLOTILLA_CONNECTION_LOST', effect: 'none' });
});

test('a refusal after a try of which nobody knows does not say that nothing took effect', async () => {
	let tries = 0;
	const client = httpClient(Notes, {
		baseUrl: edge.url,
		fetch: (url, init) =>
			++tries === 1 ? Promise.reject(new TypeError('reset')) : fetch(`${url}?odd=1`, init),
	});
	await assert.rejects(client.write({ id: 'a', text: 'b' }), (error) => {
		assert.ok(isFlotillaError(error, 'FLOTILLA_INPUT_INVALID'));
		assert.equal(error.effect, 'unknown');
		assert.match(error.message, /same idempotency key/);
		return true;
	});
});

test('what stands between may answer for the edge, and is not taken for it', async () => {
	const statuses = [502, 404];
	await using other = await foreignServer((_, response) => {
		response.writeHead(statuses.shift() ?? 200, { 'content-type': 'text/html' }).end('<p>Log in');
	});
	const client = clientOf(other.url);
	const foreign = (effect: string) => ({ code: 'FLOTILLA_HTTP_FAILED', effect });
	// 502 is tried again; 404 is not.
	await assert.rejects(client.find({}), foreign('none'));
	await assert.rejects(client.write({ id: 'a', text: 'b' }), foreign('unknown'));
	await assert.rejects(client.forget({ id: 'a' }), foreign('unknown'));
	// A page for every path must not pass for a stream that has ended.
	await assert.rejects(client.count({ to: 1 })[Symbol.asyncIterator]().next(), foreign('none'));
});

test('an answer that the contract does not know says so, and not that it took effect', async () => {
	await using other = await foreignServer((_, response) => {
		response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
	});
	await assert.rejects(clientOf(other.url).write({ id: 'a', text: 'b' }), {
		code: 'FLOTILLA_OUTPUT_INVALID',
		effect: 'unknown',
	});
});

test('a redirection is not followed: it would make a query of a command', async () => {
	const methods: (string | undefined)[] = [];
	await using other = await foreignServer(({ method }, response) => {
		methods.push(method);
		response.writeHead(302, { location: '/login' }).end();
	});
	await assert.rejects(clientOf(other.url).forget({ id: 'a' }), {
		code: 'FLOTILLA_HTTP_FAILED',
		effect: 'unknown',
	});
	assert.deepEqual(methods, ['DELETE']);
});

test('an answer without end is given up', async () => {
	await using other = await foreignServer((_, response) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		const block = Buffer.alloc(1_048_576, ' ');
		const more = (): void => {
			while (response.write(block));
			response.once('drain', more);
		};
		more();
	});
	await assert.rejects(clientOf(other.url).find({}), {
		code: 'FLOTILLA_BODY_TOO_LARGE',
		effect: 'none',
	});
});

test('until something is sent nothing can have taken effect', async () => {
	await using other = await foreignServer(() => assert.fail('nothing may be sent'));
	const write = (options: object, more: object = {}) =>
		httpClient(Notes, { baseUrl: other.url, ...more }).write({ id: 'a', text: 'b' }, options);
	const never = { token: () => new Promise<string>(() => {}) };
	const none = { effect: 'none' };
	await assert.rejects(write({ timeoutMs: 5 }, never), {
		code: 'FLOTILLA_DEADLINE_EXCEEDED',
		...none,
	});
	const gone = write({ signal: AbortSignal.abort() });
	await assert.rejects(gone, { code: 'FLOTILLA_CANCELLED', ...none });
	for (const idempotencyKey of ['', '\u2603', 'two\nlines', ' a', 'x'.repeat(256)]) {
		await assert.rejects(write({ idempotencyKey }), {
			code: 'FLOTILLA_IDEMPOTENCY_KEY_INVALID',
			...none,
		});
	}
	await assert.rejects(write({}, { token: () => '\u2603' }), TypeError);
	await assert.rejects(write({ timeoutMs: Number.NaN }), TypeError);
});

test('a time beyond what timers bear is waited for, and no token is nobody in particular', async () => {
	const patient = httpClient(Notes, { baseUrl: edge.url, token: () => null });
	assert.deepEqual(await patient.find({}, { timeoutMs: 1e12 }), { words: [], limit: 2 });
});

test('a caller who leaves, or whose time is over, hears it at once', async () => {
	await using silent = await foreignServer(() => {});
	const client = clientOf(silent.url);
	await assert.rejects(client.find({}, { timeoutMs: 5 }), { code: 'FLOTILLA_DEADLINE_EXCEEDED' });
	const leaving = new AbortController();
	const asked = client.write({ id: 'a', text: 'b' }, { signal: leaving.signal });
	await silent.asked();
	leaving.abort();
	await assert.rejects(asked, { code: 'FLOTILLA_CANCELLED', effect: 'unknown' });
	const gone = client.find({}, { signal: AbortSignal.abort() });
	await assert.rejects(gone, { code: 'FLOTILLA_CANCELLED' });
});

test('outside of a page a client has to be told where the edge is', () => {
	assert.throws(() => httpClient(Notes), TypeError);
	assert.throws(() => clientOf(edge.url, { attemptsMax: 0 }), TypeError);
	for (const odd of ['shop.example', '/api', 'ftp://shop.example', `${edge.url}?a=b`]) {
		assert.throws(() => clientOf(odd), TypeError, odd);
	}
});

/** Lets requests through to the edge and loses the first answers of commands. */
async function cuttingProxy(port: number, { answersCut }: { readonly answersCut: number }) {
	let cut = 0;
	const sockets = new Set<Socket>();
	const server = createTcpServer((near) => {
		const far = connect(port, '127.0.0.1');
		for (const socket of [near, far]) {
			sockets.add(socket);
			socket.on('error', () => {});
		}
		near.pipe(far);
		far.on('data', (bytes) => {
			if (cut < answersCut) {
				cut++;
				near.destroy();
				far.destroy();
			} else near.write(bytes);
		});
		near.on('close', () => far.destroy());
		far.on('close', () => near.destroy());
	});
	const url = await listening(server);
	return {
		url,
		get cut() {
			return cut;
		},
		async [Symbol.asyncDispose]() {
			for (const socket of sockets) socket.destroy();
			server.close();
			await once(server, 'close');
		},
	};
}

/** A server that is no edge. */
async function foreignServer(answer: RequestListener) {
	const asked = Promise.withResolvers<void>();
	const server: Server = createServer((request, response) => {
		if (request.method === 'PUT') asked.resolve();
		answer(request, response);
	});
	const url = await listening(server);
	return {
		url,
		asked: () => asked.promise,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
