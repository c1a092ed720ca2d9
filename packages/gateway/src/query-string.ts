import { FlotillaError } from 'flotilla/adapter';
import { shortened } from './strict-json.ts';

/** The values of each key, in the order in which they came. */
export type Query = ReadonlyMap<string, readonly string[]>;

const empty: Query = new Map();

/**
 * Parses a query string: `key=value` pairs joined by `&`, percent-encoded UTF-8, `+` for a space.
 *
 * @throws {FlotillaError} `FLOTILLA_REQUEST_MALFORMED`: bad percent-encoding, no UTF-8, or a key that
 *   reaches for a prototype. `FLOTILLA_URI_TOO_LONG`: more than `lengthMax` characters.
 */
export function parseQuery(text: string, lengthMax: number): Query {
	if (text === '') return empty;
	if (text.length > lengthMax) {
		throw new FlotillaError(
			'FLOTILLA_URI_TOO_LONG',
			`The query string has ${text.length} characters; at most ${lengthMax} are taken.`,
		);
	}
	const query = new Map<string, string[]>();
	for (const pair of text.split('&')) {
		if (pair === '') continue;
		const equals = pair.indexOf('=');
		const key = decode(equals < 0 ? pair : pair.slice(0, equals));
		if (/^__proto__(?:$|[.[])|^constructor(?:\.|\[)prototype/.test(key)) {
			malformed(`The query has the key '${shortened(key)}', which reaches for a prototype.`);
		}
		const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
		const values = query.get(key);
		if (values === undefined) query.set(key, [value]);
		else values.push(value);
	}
	return query;
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text.replaceAll('+', ' '));
	} catch {
		return malformed('The query has bad percent-encoding.');
	}
}

function malformed(message: string): never {
	throw new FlotillaError('FLOTILLA_REQUEST_MALFORMED', message);
}
