import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	type Effect,
	type ErrorCode,
	type FaultName,
	type HttpRequest,
	isFlotillaError,
} from 'flotilla/adapter';
import { runAs, runningProcess } from '../kernel/kernel.ts';
import { pass, run, testingKernel, testingProcess } from '../kernel/testing-kernel.ts';
import { type ReceivedRequest, type Responder, SimulatedHttp } from './simulated-http.ts';

const origin = 'https://pay.example';

function worldWith(
	responder: Responder = () => ({ status: 200 }),
	{
		seed = 1,
		faults = [],
	}: {
		readonly seed?: number;
		readonly faults?: readonly (FaultName | readonly [FaultName, number])[];
	} = {},
) {
	const kernel = testingKernel({ seed, faults });
	const process = testingProcess(kernel, 'a');
	const http = new SimulatedHttp({ kernel });
	http.respond(origin, responder);
	const client = http.clientOf(process);
	const ask = async (request: Partial<HttpRequest> = {}) => {
		const full = { method: 'GET', url: `${origin}/charge?secret=1`, ...request };
		const asked = runAs(process, () => client.request(full));
		asked.catch(() => {});
		await run(kernel);
		return await asked;
	};
	return { kernel, process, http, client, ask };
}

const failure = (code: ErrorCode, effect: Effect, text: RegExp) => (error: unknown) => {
	assert.ok(isFlotillaError(error, code), String(error));
	assert.equal(error.effect, effect);
	assert.match(error.message, text);
	assert.doesNotMatch(error.message, /secret/);
	return true;
};

test('a responder gets the request and gives the answer', async () => {
	let received: ReceivedRequest | undefined;
	let asProcess: unknown = 'not called';
	const { ask, kernel } = worldWith((request) => {
		received = request;
		asProcess = runningProcess();
		return { status: 201, headers: { 'X-Id': '7' }, body: 'thank you' };
	});
	const response = await ask({ method: 'POST', headers: { 'X-Key': 'k' }, body: 'five' });
	assert.equal(received?.method, 'POST');
	assert.equal(received?.url.pathname, '/charge');
	assert.equal(received?.headers['x-key'], 'k');
	assert.equal(Buffer.from(received?.body ?? []).toString(), 'five');
	assert.equal(received?.from, 'a');
	assert.equal(asProcess, undefined);
	assert.equal(response.status, 201);
	assert.equal(response.headers['x-id'], '7');
	assert.equal(Buffer.from(await response.bytes(100)).toString(), 'thank you');
	assert.ok(kernel.nowMs >= 40, 'two ways to connect, two for the exchange');
	await assert.rejects(response.bytes(100), TypeError);
});

test('a body is read while it arrives, discarded, or refused when it is too large', async () => {
	const { client, kernel, ask } = worldWith(() => ({ status: 200, body: 'x'.repeat(1_000) }));
	const asked = client.request({ method: 'GET', url: origin });
	const sizes: number[] = [];
	const reading = asked.then(async ({ body }) => {
		for await (const chunk of body) sizes.push(chunk.length);
	});
	await run(kernel);
	await reading;
	assert.equal(
		sizes.reduce((sum, size) => sum + size, 0),
		1_000,
	);
	assert.equal(sizes.length, 2);
	await (await ask()).discard();
	const response = await ask();
	await assert.rejects(
		response.bytes(999),
		failure('FLOTILLA_BODY_TOO_LARGE', 'unknown', /more than 999 bytes/),
	);
});

test('an unknown origin cannot be connected to', async () => {
	const { ask, http } = worldWith();
	await assert.rejects(
		ask({ url: 'https://nobody.example/x?secret=1' }),
		failure('FLOTILLA_HTTP_FAILED', 'none', /found no connection: getaddrinfo ENOTFOUND nobody/),
	);
	assert.throws(() => http.respond(`${origin}/path`, () => ({ status: 200 })), TypeError);
});

test('a deadline and a cancellation say whether the request had left', async () => {
	const { ask, client, kernel } = worldWith(() => ({ status: 200, afterMs: 60_000 }));
	await assert.rejects(
		ask({ timeoutMs: 5 }),
		failure('FLOTILLA_DEADLINE_EXCEEDED', 'none', /longer than 5 ms/),
	);
	await assert.rejects(
		ask({ timeoutMs: 200 }),
		failure('FLOTILLA_DEADLINE_EXCEEDED', 'unknown', /longer than 200 ms/),
	);
	await assert.rejects(ask(), failure('FLOTILLA_DEADLINE_EXCEEDED', 'unknown', /30000/));
	for (const [afterMs, effect] of [
		[1, 'none'],
		[100, 'unknown'],
	] as const) {
		const controller = new AbortController();
		const asked = client.request({ method: 'GET', url: origin, signal: controller.signal });
		asked.catch(() => {});
		await pass(kernel, afterMs);
		controller.abort();
		await assert.rejects(asked, failure('FLOTILLA_CANCELLED', effect, /given up/));
	}
	await assert.rejects(
		ask({ signal: AbortSignal.abort() }),
		failure('FLOTILLA_CANCELLED', 'none', /given up/),
	);
});

test('connections break before the request is carried out, after it, and within the answer', async () => {
	const seen = new Set<string>();
	for (let seed = 0; seed < 150; seed++) {
		let carriedOut = false;
		const world = worldWith(
			() => {
				carriedOut = true;
				return { status: 200, body: 'answer' };
			},
			{ seed, faults: [['network.reset', 20]] },
		);
		let outcome: string;
		try {
			const response = await world.ask();
			outcome = 'answered';
			await response.bytes(100);
		} catch (error) {
			assert.ok(isFlotillaError(error, 'FLOTILLA_HTTP_FAILED') && error.effect === 'unknown');
			outcome = carriedOut ? 'broke after it' : 'broke before it';
		}
		seen.add(outcome);
	}
	assert.deepEqual([...seen].sort(), ['answered', 'broke after it', 'broke before it']);
});

test('what a responder throws ends the connection unanswered', async () => {
	const { ask } = worldWith(() => {
		throw new Error('down');
	});
	await assert.rejects(ask(), failure('FLOTILLA_HTTP_FAILED', 'unknown', /broke: other side/));
});

test('requests that cannot be are refused as by the real client', async () => {
	const { ask, client } = worldWith();
	await assert.rejects(ask({ url: '/relative' }), TypeError);
	await assert.rejects(ask({ url: 'ftp://pay.example' }), TypeError);
	await assert.rejects(ask({ url: 'https://user:secret@pay.example' }), TypeError);
	await assert.rejects(ask({ timeoutMs: 0 }), TypeError);
	await client.close();
	await assert.rejects(ask(), failure('FLOTILLA_HTTP_FAILED', 'none', /client is closed/));
});

test('the dead get no answer, but what they had sent is carried out', async () => {
	let carriedOut = 0;
	const { client, kernel, process } = worldWith(() => {
		carriedOut += 1;
		return { status: 200 };
	});
	let settled = false;
	void client.request({ method: 'GET', url: origin }).finally(() => {
		settled = true;
	});
	await pass(kernel, 35);
	process.alive = false;
	void client.request({ method: 'GET', url: origin }).finally(() => {
		settled = true;
	});
	await run(kernel);
	assert.deepEqual([settled, carriedOut], [false, 1]);
});

test('one seed gives one run', async () => {
	const hash = async (body: string) => {
		const { ask, kernel } = worldWith(() => ({ status: 200, body }), { faults: ['network.delay'] });
		await (await ask()).bytes(100);
		return kernel.trace.hash;
	};
	assert.equal(await hash('one'), await hash('one'));
	assert.notEqual(await hash('one'), await hash('two'));
});
