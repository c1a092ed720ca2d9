import type { Operation } from '../document/api.ts';
import type { JsonObject } from '../document/json.ts';
import type { PreparedRequest } from './request.ts';

/** One word for any POSIX shell. */
function quoted(text: string): string {
	return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The bearer token stays out of histories and screens: it comes from a variable. */
const TOKEN = '"authorization: Bearer $TOKEN"';

/** The request as a line for curl. */
export function curlLine(
	{ method, path, headers, body }: PreparedRequest,
	origin: string,
	{ withToken, isStream }: { readonly withToken: boolean; readonly isStream: boolean },
): string {
	const words = ['curl'];
	if (isStream) words.push('-N');
	const implied = body === undefined ? 'GET' : 'POST';
	if (method === 'HEAD') words.push('-I');
	else if (method !== implied) words.push('-X', method);
	words.push(quoted(path.startsWith('/') ? `${origin}${path}` : path));
	for (const [name, value] of Object.entries(headers))
		words.push('-H', quoted(`${name}: ${value}`));
	if (withToken) words.push('-H', TOKEN);
	if (body !== undefined) words.push('-d', quoted(compact(body)));
	return words.join(' ');
}

/** The same call as a line for the platform's own command; `undefined` where that does not know it. */
export function flotillaLine(
	{ id, scopes }: Operation,
	input: JsonObject,
	{ headers }: PreparedRequest,
): string | undefined {
	if (!/^[a-z][a-z0-9-]*\.[a-z]\w*$/.test(id)) return undefined;
	const words = ['npx flotilla call', id];
	if (Object.keys(input).length > 0) words.push(quoted(JSON.stringify(input)));
	const key = headers['idempotency-key'];
	if (key !== undefined) words.push('--idempotency-key', quoted(key));
	if (scopes !== undefined) words.push('--token', '"$TOKEN"');
	return words.join(' ');
}

function compact(body: string): string {
	try {
		return JSON.stringify(JSON.parse(body));
	} catch {
		return body;
	}
}
