import { UsageError } from '../usage-error.ts';

/** More is no answer for a terminal. */
const TEXT_BYTES_MAX = 67_108_864;

/**
 * Reads a text that others have written, up to 64 MiB.
 *
 * @throws {UsageError} It is longer.
 */
export async function boundedText(
	chunks: AsyncIterable<Uint8Array> | null,
	what: string,
): Promise<string> {
	const read: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of chunks ?? []) {
		bytes += chunk.byteLength;
		if (bytes > TEXT_BYTES_MAX) throw new UsageError(`${what} is longer than 64 MiB.`);
		read.push(chunk);
	}
	return Buffer.concat(read).toString('utf8');
}
