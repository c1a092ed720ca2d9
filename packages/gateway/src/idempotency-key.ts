import { FlotillaError } from 'flotilla/adapter';

/**
 * The key that an `Idempotency-Key` header gives: bare, or quoted as a string of structured fields
 * (RFC 9651), as the draft of that header wants it.
 *
 * @throws {FlotillaError} `FLOTILLA_IDEMPOTENCY_KEY_INVALID`: not 1 to 255 printable ASCII characters.
 */
export function idempotencyKeyOf(header: string | undefined): string | undefined {
	if (header === undefined) return undefined;
	const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1];
	if (quoted === undefined && header.startsWith('"'))
		invalid('it starts a string and does not end it');
	const key = quoted === undefined ? header : quoted.replaceAll(/\\(.)/g, '$1');
	if (!/^[\x20-\x7e]{1,255}$/.test(key)) invalid('it is not 1 to 255 printable ASCII characters');
	return key;
}

function invalid(reason: string): never {
	throw new FlotillaError(
		'FLOTILLA_IDEMPOTENCY_KEY_INVALID',
		`The Idempotency-Key header is refused: ${reason}.`,
	);
}
