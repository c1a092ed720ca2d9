import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestEdge, type TestEdge } from './testing-edge.ts';

let edge: TestEdge;
before(async () => {
	edge = await openTestEdge();
});
after(() => edge[Symbol.asyncDispose]());

interface Started {
	readonly response: Response;
	readonly job: { readonly id: string; readonly status: string; readonly steps: number };
}

async function start(id: string, headers: Record<string, string> = {}): Promise<Started> {
	const response = await edge.fetch('/v1/jobs', {
		method: 'POST',
		headers: {
			authorization: 'Bearer user-token-ada',
			'content-type': 'application/json',
			...headers,
		},
		body: JSON.stringify({ id }),
	});
	return { response, job: (await response.json()) as Started['job'] };
}

test('a command is answered at once when nobody waits', async () => {
	const { response, job } = await start('at-once');
	assert.equal(response.status, 201);
	assert.deepEqual(job, { id: 'at-once', status: 'pending', steps: 0 });
	assert.equal(response.headers.get('preference-applied'), null);
});

test('who waits gets the settled answer as soon as it is there', async () => {
	const started = start('settles', { prefer: 'wait=30' });
	// The watch is open once it has shown the first state; moving on before that is seen as well.
	await jobExists('settles');
	await edge.advance('settles', false);
	await edge.advance('settles', true);
	const { response, job } = await started;
	assert.deepEqual(job, { id: 'settles', status: 'done', steps: 2 });
	assert.equal(response.headers.get('preference-applied'), 'wait=30');
	assert.equal(response.status, 201);
});

test('who waits in vain gets what was reached', async () => {
	const started = start('slow', { prefer: 'wait=1' });
	await jobExists('slow');
	await edge.advance('slow', false);
	const { response, job } = await started;
	assert.deepEqual(job, { id: 'slow', status: 'pending', steps: 1 });
	assert.equal(response.headers.get('preference-applied'), 'wait=1');
});

test('more than 30 seconds counts as 30, and what is not understood is ignored', async () => {
	const capped = start('capped', { prefer: 'wait=600' });
	await jobExists('capped');
	await edge.advance('capped', true);
	assert.equal((await capped).response.headers.get('preference-applied'), 'wait=30');
	const { response, job } = await start('ignored', { prefer: 'wait=soon, respond-async' });
	assert.equal(job.status, 'pending');
	assert.equal(response.headers.get('preference-applied'), null);
});

test('the same idempotency key gets the present state, and runs nothing again', async () => {
	const key = { 'idempotency-key': '"once-1"' };
	edge.handlers.ran.length = 0;
	assert.equal((await start('again', key)).job.steps, 0);
	await edge.advance('again', false);
	assert.deepEqual((await start('again', { ...key, prefer: 'wait=0' })).job, {
		id: 'again',
		status: 'pending',
		steps: 1,
	});
	await edge.advance('again', true);
	const { response, job } = await start('again', { 'idempotency-key': 'once-1' });
	assert.deepEqual(job, { id: 'again', status: 'done', steps: 2 });
	assert.equal(response.status, 201);
	assert.deepEqual(edge.handlers.ran, ['start']);
});

test('the same idempotency key with another input is refused', async () => {
	const key = { 'idempotency-key': 'once-2' };
	await start('first', key);
	const { response, job } = await start('second', key);
	assert.equal(response.status, 422);
	assert.equal((job as unknown as { code: string }).code, 'FLOTILLA_IDEMPOTENCY_KEY_REUSED');
});

test('a declared error is answered without waiting, and again under its key', async () => {
	const key = { 'idempotency-key': 'once-3', prefer: 'wait=30' };
	await start('unique');
	for (const attempt of [1, 2]) {
		const { response } = await start('unique', key);
		assert.equal(response.status, 409, `attempt ${attempt}`);
		assert.equal(response.headers.get('preference-applied'), null);
	}
});

test('the keys of two principals do not meet', async () => {
	const key = { 'idempotency-key': 'once-4' };
	await start('mine', key);
	const bob = { ...key, authorization: 'Bearer user-token-bob' };
	assert.equal((await start('theirs', bob)).response.status, 201);
});

/** Follows a job's events until it has been written. */
async function jobExists(id: string): Promise<void> {
	for (;;) {
		const response = await edge.fetch(`/v1/jobs/${id}/events`, {
			headers: { authorization: 'Bearer user-token-ada' },
		});
		await response.body?.cancel();
		if (response.status === 200) return;
		assert.equal(response.status, 404);
	}
}
