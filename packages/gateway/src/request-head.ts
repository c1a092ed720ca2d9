import type { IncomingMessage } from 'node:http';

/** Headers that mean something else when they come twice, by their length to find them fast. */
const singletons: ReadonlyMap<number, string> = new Map(
	[
		'host',
		'content-type',
		'authorization',
		'content-length',
		'idempotency-key',
		'content-encoding',
		'transfer-encoding',
	].map((name) => [name.length, name]),
);

/**
 * What is wrong with the head of a request, beyond what node:http refuses by itself; `undefined` when
 * nothing is. Two servers in a row must not read one request differently.
 */
export function malformedHead(request: IncomingMessage): string | undefined {
	const { rawHeaders, url = '', headers } = request;
	const seen = new Set<string>();
	for (let index = 0; index < rawHeaders.length; index += 2) {
		const raw = rawHeaders[index] as string;
		const singleton = singletons.get(raw.length);
		if (singleton === undefined || raw.toLowerCase() !== singleton) continue;
		if (seen.has(singleton)) return `The header ${singleton} comes twice.`;
		seen.add(singleton);
	}
	if (!/^[!"$-~]*$/.test(url)) {
		return 'The request target has a fragment or characters that must be percent-encoded.';
	}
	const { host } = headers;
	if (host === undefined && request.httpVersion !== '1.0') return 'There is no Host header.';
	if (!/^[\w.~!$&'()*+,;=%:[\]-]*$/.test(host ?? '')) return 'The Host header is no host.';
	if ((request.method === 'GET' || request.method === 'HEAD') && hasBody(request)) {
		return `A ${request.method} request has no body.`;
	}
	return undefined;
}

/** Whether a body follows the head. */
export function hasBody({ headers }: IncomingMessage): boolean {
	const length = headers['content-length'];
	return (
		headers['transfer-encoding'] !== undefined || (length !== undefined && !/^0+$/.test(length))
	);
}

/** What is wrong with how a body says it is written; `undefined` when nothing is. */
export function unsupportedContent({ headers }: IncomingMessage): string | undefined {
	const encoding = headers['content-encoding'];
	if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
		return 'The body is compressed, which is not supported.';
	}
	const type = headers['content-type'];
	if (type === undefined) return 'The body has no content type.';
	const match = /^([a-z]+\/[\w.+-]+)[\t ]*((?:;.*)?)$/i.exec(type);
	const [, media = '', parameters = ''] = match ?? [];
	if (!/^application\/(?:json|[\w.-]+\+json)$/i.test(media)) return 'The body is not JSON.';
	for (const [, name = '', value = ''] of parameters.matchAll(
		/;[\t ]*([^=;\s]+)=("[^"]*"|[^;\s]*)/g,
	)) {
		if (name.toLowerCase() !== 'charset') continue;
		if (!/^"?utf-?8"?$/i.test(value)) return `The charset ${value.slice(0, 32)} is not UTF-8.`;
	}
	return undefined;
}

/** The `X-Request-Id` of a request if it can be taken over: 1 to 128 of `A-Z`, `a-z`, `0-9`, `.`, `_`, `-`. */
export function takenRequestId({ headers }: IncomingMessage): string | undefined {
	const given = headers['x-request-id'];
	return typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) ? given : undefined;
}
