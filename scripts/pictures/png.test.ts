import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { smallerPng } from './png.ts';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function chunk(type: string, data: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const bytes = Buffer.alloc(body.length + 8);
	bytes.writeUInt32BE(data.length, 0);
	body.copy(bytes, 4);
	bytes.writeUInt32BE(crc32(body), body.length + 4);
	return bytes;
}

/** Of a small grey picture, with a reader that is as simple as can be. */
function pixelsOf(png: Buffer): number[][] {
	const at = png.indexOf('IDAT');
	const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
	const found: number[][] = [];
	for (let row = 0; row < rows.length / 5; row++) {
		const [filter = 0, ...bytes] = rows.subarray(row * 5, row * 5 + 5);
		const above = found[row - 1] ?? [0, 0, 0, 0];
		const pixels: number[] = [];
		for (const [column, byte] of bytes.entries()) {
			const [a, b, c] = [pixels[column - 1] ?? 0, above[column] ?? 0, above[column - 1] ?? 0];
			const p = a + b - (column === 0 ? 0 : c);
			const near =
				[a, b, column === 0 ? 0 : c].toSorted((x, y) => Math.abs(p - x) - Math.abs(p - y))[0] ?? 0;
			pixels.push((byte + ([0, a, b, (a + b) >> 1, near][filter] ?? 0)) & 255);
		}
		found.push(pixels);
	}
	return found;
}

/** Grey, 8 bits, 64 x 64, stored without compression in two pieces. */
function picture(): { png: Buffer; rows: Buffer } {
	const rows = Buffer.alloc(64 * 65, 7);
	for (let row = 0; row < 64; row++) rows[row * 65] = 0;
	const header = Buffer.from('000000400000004008000000 00'.replaceAll(' ', ''), 'hex');
	const packed = deflateSync(rows, { level: 0 });
	const parts = [packed.subarray(0, 100), packed.subarray(100)];
	const png = Buffer.concat([
		SIGNATURE,
		chunk('IHDR', header),
		chunk('tEXt', Buffer.from('Software\0a browser')),
		...parts.map((part) => chunk('IDAT', part)),
		chunk('IEND', Buffer.alloc(0)),
	]);
	return { png, rows };
}

test('a picture gets smaller, and every pixel stays', () => {
	const { png, rows } = picture();
	const small = smallerPng(png);
	assert.ok(small.length < png.length / 10, `${small.length} of ${png.length} bytes`);
	const at = small.indexOf('IDAT');
	assert.deepEqual(inflateSync(small.subarray(at + 4, at + 4 + small.readUInt32BE(at - 4))), rows);
	assert.ok(!small.includes('tEXt'));
	assert.deepEqual(smallerPng(small), small, 'it is not made larger');
});

test('however its rows were filtered, the same pixels come out', () => {
	// Two rows of four grey pixels: 10 20 30 40, then 12 22 32 43.
	const header = Buffer.from('00000004000000020800000000', 'hex');
	const plain = [
		[10, 20, 30, 40],
		[12, 22, 32, 43],
	];
	const filtered = {
		left: [1, 10, 10, 10, 10, 1, 12, 10, 10, 11],
		above: [0, 10, 20, 30, 40, 2, 2, 2, 2, 3],
		average: [0, 10, 20, 30, 40, 3, 7, 6, 6, 7],
		paeth: [0, 10, 20, 30, 40, 4, 2, 2, 2, 3],
	};
	// So much beside them that the plain form wins.
	for (const [name, rows] of Object.entries(filtered)) {
		const note = chunk('tEXt', Buffer.alloc(100, 'x'));
		const png = Buffer.concat([
			SIGNATURE,
			chunk('IHDR', header),
			note,
			chunk('IDAT', deflateSync(Buffer.from(rows), { level: 0 })),
			chunk('IEND', Buffer.alloc(0)),
		]);
		assert.deepEqual(pixelsOf(smallerPng(png)), plain, name);
	}
});

test('what is no picture is refused', () => {
	assert.throws(() => smallerPng(Buffer.from('GIF89a, not a PNG')), /no PNG/);
});
