import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.ts';

async function read(pieces: readonly Uint8Array[]): Promise<readonly ServerSentEvent[]> {
	async function* stream(): AsyncGenerator<Uint8Array> {
		yield* pieces;
	}
	const events: ServerSentEvent[] = [];
	for await (const event of serverSentEvents(stream())) events.push(event);
	return events;
}

const TEXT = [
	': a sign of life',
	'',
	'data: {"a":1}',
	'',
	'data: first',
	'data:second',
	'id: 7',
	'',
	'event: problem',
	'data: {"code":"é"}',
	'',
	'event: without data',
	'',
	'data',
	'',
	'data: cut off',
].join('\n');

const EVENTS = [
	{ event: 'message', data: '{"a":1}' },
	{ event: 'message', data: 'first\nsecond' },
	{ event: 'problem', data: '{"code":"é"}' },
	{ event: 'message', data: '' },
];

test('events are read as the standard says, whatever ends their lines', async () => {
	for (const end of ['\n', '\r\n', '\r']) {
		const bytes = new TextEncoder().encode(TEXT.replaceAll('\n', end));
		assert.deepEqual(await read([bytes]), EVENTS, JSON.stringify(end));
	}
});

test('pieces of any size give the same events', async () => {
	for (const end of ['\n', '\r\n', '\r']) {
		const bytes = new TextEncoder().encode(TEXT.replaceAll('\n', end));
		for (let size = 1; size < 12; size++) {
			const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
				bytes.subarray(index * size, (index + 1) * size),
			);
			assert.deepEqual(await read(pieces), EVENTS, `${JSON.stringify(end)} by ${size}`);
		}
	}
});

test('an event without end is refused instead of being kept', async () => {
	const piece = new TextEncoder().encode(`data: ${'x'.repeat(1_000_000)}`);
	await assert.rejects(read(Array.from({ length: 20 }, () => piece)), /too long/);
});
