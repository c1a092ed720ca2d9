import { FlotillaError } from 'flotilla/adapter';

/** An eight-byte integer as a number; one that a number cannot hold exactly rejects the statement. */
export function decodeInteger(text: string): number {
	const value = Number(text);
	if (!Number.isSafeInteger(value)) refuse(text);
	return value;
}

/** A decimal number, such as the sum of integers. */
export function decodeNumeric(text: string): number {
	const value = Number(text);
	if (Number.isInteger(value) && !Number.isSafeInteger(value)) refuse(text);
	return value;
}

/** `\x00ff` as bytes of their own: a `Buffer` would share its memory with others. */
export function decodeBytes(text: string): Uint8Array {
	return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}

function refuse(text: string): never {
	throw new FlotillaError(
		'FLOTILLA_DATABASE_STATEMENT',
		`A statement gave the integer ${text}, which is beyond 2^53 - 1.`,
	);
}
