import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { serverEvents } from './event-stream.ts';

function bodyOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
	return ReadableStream.from(chunks) as ReadableStream<Uint8Array>;
}

async function read(chunks: readonly Uint8Array[]) {
	const events = [];
	let pieces = 0;
	for await (const event of serverEvents(bodyOf(chunks), () => pieces++)) events.push(event);
	return { events, pieces };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('events have data of several lines, and names; comments and other fields are left out', async () => {
	const text = [
		': alive\n\n',
		'data: {"a":1}\n\n',
		'event: problem\r\ndata:one\r\ndata: two\r\n\r\n',
		'id: 7\nretry: 10\n\n',
		'data\n\n',
		'data: unfinished',
	].join('');
	const { events } = await read([bytes(text)]);
	assert.deepEqual(events, [
		{ name: 'message', data: '{"a":1}' },
		{ name: 'problem', data: 'one\ntwo' },
		{ name: 'message', data: '' },
	]);
});

test('how the bytes are cut up changes nothing', async () => {
	const text = fc.array(
		fc.constantFrom('data: ä😀\n', 'event: x\n', '\n', '\r\n', ': c\n', 'data: 1\n'),
	);
	await fc.assert(
		fc.asyncProperty(text, fc.array(fc.nat()), async (lines, cuts) => {
			const whole = bytes(`${lines.join('')}\n\n`);
			const places = [...new Set(cuts.map((cut) => cut % whole.length))].toSorted((a, b) => a - b);
			const chunks = [0, ...places].map((from, index) => whole.slice(from, places[index]));
			assert.deepEqual((await read(chunks)).events, (await read([whole])).events);
		}),
	);
});

test('whoever leaves ends the request, and each arrival is a sign of life', async () => {
	let isCancelled = false;
	const body = new ReadableStream<Uint8Array>({
		pull: (controller) => controller.enqueue(bytes('data: 1\n\n')),
		cancel: () => {
			isCancelled = true;
		},
	});
	for await (const _ of serverEvents(body, () => {})) break;
	assert.ok(isCancelled);
	assert.equal((await read([bytes(': a\n\n'), bytes(': b\n\n')])).pieces, 2);
});

test('events are the same whatever ends their lines, and one without end is given up', async () => {
	const text = ': alive\n\ndata: 1\ndata:  2\n\nevent: none\n\ndata: 3\n\n';
	const expected = [
		{ name: 'message', data: '1\n 2' },
		{ name: 'message', data: '3' },
	];
	for (const end of ['\n', '\r\n', '\r']) {
		const whole = bytes(`${text.replaceAll('\n', end)}x`);
		for (let cut = 0; cut < whole.length; cut++) {
			const { events } = await read([whole.slice(0, cut), whole.slice(cut)]);
			assert.deepEqual(events, expected, `${JSON.stringify(end)}, cut at ${cut}`);
		}
	}
	for (const end of ['', '\n']) {
		const piece = bytes(`data: ${'x'.repeat(1_000_000)}${end}`);
		await assert.rejects(read(Array.from({ length: 20 }, () => piece)), RangeError);
	}
});
