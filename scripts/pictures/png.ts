import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Chunks that decide what is seen; others are notes of the program that made the picture. */
const KEPT = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

interface Chunk {
	readonly type: string;
	readonly data: Buffer;
}

/**
 * The same picture in fewer bytes: a browser compresses its screenshots in a hurry. Each pixel stays as
 * it is. A picture that cannot be made smaller comes back unchanged.
 */
export function smallerPng(png: Buffer): Buffer {
	const chunks = chunksOf(png).filter(({ type }) => KEPT.has(type));
	const packed = Buffer.concat(
		chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data),
	);
	const rows = inflateSync(packed);
	const [header] = chunks;
	const plain = header === undefined ? undefined : unfiltered(rows, header.data);
	const best = [rows, plain ?? rows]
		.flatMap((data) => [8, 9].map((memLevel) => deflateSync(data, { level: 9, memLevel })))
		.reduce((one, other) => (other.length < one.length ? other : one));
	const others = chunks.filter(({ type }) => type !== 'IDAT' && type !== 'IEND');
	const all = [...others, { type: 'IDAT', data: best }, { type: 'IEND', data: Buffer.alloc(0) }];
	const result = Buffer.concat([SIGNATURE, ...all.map(bytesOf)]);
	return result.length < png.length ? result : png;
}

/** Bytes of a pixel, by the kind of colour; of 8 bits for each part. */
const PIXEL_BYTES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * The rows of a picture as if none of them had been filtered (PNG specification, section 9): plain
 * areas, of which a page consists, compress better so. Undefined for a picture of another kind.
 */
function unfiltered(rows: Buffer, header: Buffer): Buffer | undefined {
	const [width, depth] = [header.readUInt32BE(0), header[8]];
	const [colour = -1, , , interlaced] = header.subarray(9);
	const pixel = PIXEL_BYTES[colour];
	if (depth !== 8 || interlaced !== 0 || pixel === undefined) return undefined;
	const size = width * pixel;
	const plain = Buffer.alloc(rows.length);
	for (let start = 0; start < rows.length; start += size + 1) {
		const filter = rows[start];
		for (let at = 1; at <= size; at++) {
			const left = at > pixel ? (plain[start + at - pixel] ?? 0) : 0;
			const above = plain[start + at - size - 1] ?? 0;
			const corner = at > pixel ? (plain[start + at - size - 1 - pixel] ?? 0) : 0;
			const guess = [0, left, above, (left + above) >> 1, nearest(left, above, corner)][
				filter ?? 0
			];
			plain[start + at] = (rows[start + at] ?? 0) + (guess ?? 0);
		}
	}
	return plain;
}

/** The guess of Paeth: which of the three is nearest to left + above - corner. */
function nearest(left: number, above: number, corner: number): number {
	const wanted = left + above - corner;
	const [toLeft, toAbove, toCorner] = [left, above, corner].map((one) => Math.abs(wanted - one));
	if ((toLeft ?? 0) <= (toAbove ?? 0) && (toLeft ?? 0) <= (toCorner ?? 0)) return left;
	return (toAbove ?? 0) <= (toCorner ?? 0) ? above : corner;
}

function chunksOf(png: Buffer): Chunk[] {
	if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error('this is no PNG');
	const chunks: Chunk[] = [];
	for (let at = 8; at < png.length; ) {
		const size = png.readUInt32BE(at);
		const type = png.toString('latin1', at + 4, at + 8);
		chunks.push({ type, data: png.subarray(at + 8, at + 8 + size) });
		at += size + 12;
	}
	return chunks;
}

function bytesOf({ type, data }: Chunk): Buffer {
	const bytes = Buffer.alloc(data.length + 12);
	bytes.writeUInt32BE(data.length, 0);
	bytes.write(type, 4, 'latin1');
	data.copy(bytes, 8);
	bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
	return bytes;
}
