import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFrames } from './describe-frames.ts';
import { FrameWriter, frameKind } from './frame.ts';
import { encodeDeclaredError, encodeEvent, encodeRequest } from './messages.ts';

function bytesOf(write: (writer: FrameWriter) => void): Uint8Array {
	const writer = new FrameWriter();
	write(writer);
	return writer.take();
}

const request = encodeRequest({
	to: 'orders@1/place',
	timeoutMs: 10,
	traceparent: '',
	tracestate: undefined,
	principal: undefined,
	from: undefined,
	depth: 0,
	idempotencyKey: undefined,
	credit: undefined,
	input: { sku: 'tea' },
});

test('frames are told by what they are, with the number of their exchange', () => {
	const bytes = bytesOf((writer) => {
		writer.add(frameKind.request, 3, request);
		writer.add(frameKind.reply, 3, '{"id":"o1"}');
		writer.add(frameKind.declaredError, 4, encodeDeclaredError('outOfStock', { sku: 'tea' }));
		writer.add(frameKind.ping, 0, '');
		writer.add(
			frameKind.deliver,
			5,
			encodeEvent({
				subscriber: 'payments',
				id: 'e1',
				event: 'orders@1/placed',
				orderingKey: 'o1',
				emittedAtMs: 1,
				data: '{"id":"o1"}',
				context: '{}',
			}),
		);
	});
	assert.equal(
		describeFrames(bytes),
		'call #3 orders@1/place {"sku":"tea"}, reply #3 {"id":"o1"}, refusal #4 outOfStock {"sku":"tea"}, ' +
			'ping, event #5 orders@1/placed {"id":"o1"}',
	);
});

test('whole frames are told although one behind them is cut; the middle of a frame means nothing', () => {
	const bytes = bytesOf((writer) => {
		writer.add(frameKind.reply, 1, '7');
		writer.add(frameKind.request, 2, request);
	});
	assert.equal(describeFrames(bytes.subarray(0, bytes.length - 5)), 'reply #1 7');
	assert.equal(describeFrames(bytes.subarray(4)), undefined);
});
