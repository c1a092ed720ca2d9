import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFlotillaError } from '../errors/flotilla-error.ts';
import { limits } from '../limits.ts';
import { type FrameKind, FrameReader, FrameWriter, frameKind } from './frame.ts';

interface Frame {
	readonly kind: FrameKind;
	readonly exchange: number;
	readonly body: string;
}

const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const frame: fc.Arbitrary<Frame> = fc.record(
	{
		kind: fc.constantFrom(...Object.values(frameKind)),
		exchange: number,
		body: fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
	},
	{ noNullPrototype: true },
);
/** Lengths of the pieces that a stream cuts bytes into, again and again. */
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });

function written(frames: readonly Frame[]): Uint8Array {
	const writer = new FrameWriter();
	for (const { kind, exchange, body } of frames) writer.add(kind, exchange, body);
	return writer.take();
}

function* pieces(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
	for (let at = 0, turn = 0; at < bytes.length; turn++) {
		const length = lengths[turn % lengths.length] as number;
		// A copy: what a stream hands over may be used for something else afterwards.
		yield bytes.slice(at, at + length);
		at += length;
	}
}

/** The frames in the bytes, and the code of what ended the reading early. */
function read(chunks: Iterable<Uint8Array>, maxBytes: number): readonly [Frame[], string?] {
	const frames: Frame[] = [];
	const reader = new FrameReader(maxBytes);
	try {
		for (const bytes of chunks) {
			reader.read(bytes, (kind, exchange, body) => frames.push({ kind, exchange, body }));
			bytes.fill(0xff);
		}
	} catch (error) {
		if (!isFlotillaError(error)) throw error;
		return [frames, error.code];
	}
	return [frames];
}

test('frames that a stream cuts and joins anywhere are the same frames again', () => {
	fc.assert(
		fc.property(fc.array(frame, { maxLength: 12 }), cuts, (frames, lengths) => {
			const [same, code] = read(pieces(written(frames), lengths), limits.frameBytes);
			assert.equal(code, undefined);
			assert.deepEqual(same, frames);
		}),
		{ numRuns: 300 },
	);
});

test('whatever bytes come, reading ends in frames or in one refusal', () => {
	// Lengths are mostly small, so that many streams get past the first frame.
	const head = fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 40 }));
	const begun = fc.tuple(head, number, fc.uint8Array({ maxLength: 30 })).map((parts) => {
		const [[length, kind], exchange, body] = parts;
		const bytes = Buffer.alloc(9 + body.length);
		bytes.writeUInt32BE(length, 0);
		bytes.writeUInt8(kind, 4);
		bytes.writeUInt32BE(exchange, 5);
		bytes.set(body, 9);
		return bytes;
	});
	const whole = frame.map((one) => Buffer.from(written([one])));
	const noise = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
	const streams = fc.array(fc.oneof(whole, begun, noise), { maxLength: 8 });
	fc.assert(
		fc.property(streams, cuts, (parts, lengths) => {
			const bytes = new Uint8Array(Buffer.concat(parts));
			const [cut, cutCode] = read(pieces(bytes, lengths), 256);
			const [joined, joinedCode] = read([bytes], 256);
			assert.deepEqual([cut, cutCode], [joined, joinedCode], 'how it is cut makes no difference');
			assert.ok(cutCode === undefined || cutCode === 'FLOTILLA_FRAME_MALFORMED', String(cutCode));
		}),
		{ numRuns: 500 },
	);
});

test('a length out of range is refused by its four bytes alone', () => {
	for (const [length, maxBytes] of [
		[0, 256],
		[4, 256],
		[257, 256],
		[0x80000000, limits.frameBytes],
		[0xffffffff, limits.frameBytes],
	] as const) {
		const bytes = new Uint8Array(4);
		new DataView(bytes.buffer).setUint32(0, length);
		assert.equal(read([bytes], maxBytes)[1], 'FLOTILLA_FRAME_MALFORMED', `${length}`);
		const one = [...bytes].map((byte) => Uint8Array.of(byte));
		assert.equal(read(one, maxBytes)[1], 'FLOTILLA_FRAME_MALFORMED', `${length}, byte by byte`);
	}
});

test('a frame that is announced costs no memory until it comes', () => {
	const announced = new Uint8Array(64);
	new DataView(announced.buffer).setUint32(0, limits.frameBytes);
	announced[4] = frameKind.request;
	const before = process.memoryUsage().arrayBuffers;
	const readers = Array.from({ length: 1_000 }, () => {
		const reader = new FrameReader(limits.frameBytes);
		reader.read(announced, () => assert.fail('it is not whole'));
		return reader;
	});
	const grownBytes = process.memoryUsage().arrayBuffers - before;
	assert.ok(grownBytes < readers.length * 8_192, `${grownBytes} bytes for 64,000`);
});

test('a body that is not UTF-8 is refused', () => {
	const bytes = written([{ kind: frameKind.reply, exchange: 1, body: 'ab' }]);
	for (const wrong of [[0xff, 0x61], [0xc3], [0xed, 0xa0], [0xc0, 0x80]]) {
		const broken = bytes.slice();
		broken.set(wrong, 9);
		assert.equal(read([broken], 256)[1], 'FLOTILLA_FRAME_MALFORMED', `${wrong}`);
	}
});

test('a frame that would be too long is not written, and those before it are', () => {
	const writer = new FrameWriter();
	writer.add(frameKind.reply, 1, 'first');
	// The second has room for its characters, but not for their bytes.
	for (const body of ['x'.repeat(limits.frameBytes + 1), 'ä'.repeat(limits.frameBytes / 2)]) {
		assert.throws(
			() => writer.add(frameKind.reply, 2, body),
			(error) => isFlotillaError(error, 'FLOTILLA_BODY_TOO_LARGE'),
		);
	}
	writer.add(frameKind.reply, 3, 'last');
	const [frames] = read([writer.take()], limits.frameBytes);
	assert.deepEqual(
		frames.map(({ exchange, body }) => `${exchange} ${body}`),
		['1 first', '3 last'],
	);
});

test('the longest frame that may be written may be read', () => {
	const body = 'x'.repeat(limits.frameBytes - 5);
	const bytes = written([{ kind: frameKind.reply, exchange: 7, body }]);
	const [[only]] = read([bytes], limits.frameBytes);
	assert.equal(only?.body.length, body.length);
});
