import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestEdge, type TestEdge } from './testing-edge.ts';

let edge: TestEdge;
before(async () => {
	const limits = { bodyBytes: 4_096, headerBytes: 4_096, queryLength: 512, jsonDepth: 8 };
	edge = await openTestEdge({ limits });
});
after(() => edge[Symbol.asyncDispose]());

/** A request with a Host header that ends its connection, so that nothing is left behind. */
function head(line: string, ...headers: readonly string[]): string {
	return `${[`${line} HTTP/1.1`, 'host: edge', 'connection: close', ...headers].join('\r\n')}\r\n\r\n`;
}

/** A request with a body of JSON, right but for what the body says. */
function body(line: string, text: string, ...headers: readonly string[]): string {
	const type = headers.some((header) => header.startsWith('content-type'))
		? []
		: ['content-type: application/json'];
	return `${head(line, ...type, `content-length: ${text.length}`, ...headers)}${text}`;
}

const write = (text: string, ...headers: readonly string[]): string =>
	body('POST /v1/things', text, ...headers);
const ok = '{"name":"a"}';
const chunked = (text: string, ...headers: readonly string[]): string =>
	`${head('POST /v1/things', 'content-type: application/json', 'transfer-encoding: chunked', ...headers)}${text}`;

type Row = readonly [what: string, request: string, status: number, code: string, field?: string];

const rows: readonly Row[] = [
	// JSON that is none, or that two parsers understand differently.
	['broken JSON', write('{"name":'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	['a trailing comma', write('{"name":"a",}'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	['bytes that are no UTF-8', write('{"name":"\xff"}'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	['an overlong UTF-8 form', write('{"name":"\xc0\x80"}'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	['a byte order mark', write(`\xef\xbb\xbf${ok}`), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	['UTF-16', write('{\x00"\x00"\x00:\x001\x00}\x00'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	['half of a surrogate pair', write('{"name":"\\ud800"}'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	['a key twice', write('{"name":"a","name":"b"}'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	[
		'a key twice, escaped',
		write('{"name":"a","n\\u0061me":"b"}'),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	['a prototype', write('{"name":"a","__proto__":{}}'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	[
		'the prototype of a constructor',
		write('{"name":"a","constructor":{"prototype":{}}}'),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	[
		'nesting beyond the limit',
		write(`{"name":${'['.repeat(9)}${']'.repeat(9)}}`),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	// Fields.
	['an unknown field', write('{"name":"a","nmae":"b"}'), 422, 'FLOTILLA_INPUT_INVALID', '/nmae'],
	[
		'an unknown field in a list',
		write('{"name":"a","parts":[{"sku":"1"},{"sku":"2","x":1}]}'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/parts/1/x',
	],
	[
		'a field that no branch of a union knows',
		write('{"name":"a","by":{"kind":"card","number":"1","cvc":"2"}}'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/by/cvc',
	],
	[
		'a field that only another branch of a union knows',
		write('{"name":"a","by":{"kind":"card","note":"2"}}'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/by/number',
	],
	['a value of the wrong type', write('{"name":1}'), 422, 'FLOTILLA_INPUT_INVALID', '/name'],
	[
		'a value that is too long',
		write(`{"name":"${'a'.repeat(21)}"}`),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/name',
	],
	['a missing field', write('{}'), 422, 'FLOTILLA_INPUT_INVALID', '/name'],
	[
		'a wrong value in a record',
		write('{"name":"a","marks":{"x":"1"}}'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/marks/x',
	],
	[
		'a number beyond all bounds',
		write('{"name":"a","size":1e999}'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/size',
	],
	['a body that is a list', write('[]'), 422, 'FLOTILLA_INPUT_INVALID', ''],
	['a body that is null', write('null'), 422, 'FLOTILLA_INPUT_INVALID', ''],
	['no body where one is wanted', head('POST /v1/things'), 422, 'FLOTILLA_INPUT_INVALID', '/name'],
	[
		'an empty body',
		head('POST /v1/things', 'content-length: 0'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/name',
	],
	[
		'a body where nothing is taken',
		body('POST /v1/ping', '{"a":1}'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/a',
	],
	[
		'a field of the path in the body',
		body('PUT /v1/things/7', '{"id":8,"name":"a"}'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/id',
	],
	[
		'a query on a command',
		body('PUT /v1/things/7?name=b', '{"name":"a"}'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/name',
	],
	[
		'a path of the wrong type',
		body('PUT /v1/things/x7', '{"name":"a"}'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/id',
	],
	[
		'an unknown query key',
		head('GET /v1/probe/a?limti=1'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/limti',
	],
	[
		'a query value of the wrong type',
		head('GET /v1/probe/a?limit=x'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/limit',
	],
	[
		'a query value out of range',
		head('GET /v1/probe/a?limit=101'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/limit',
	],
	[
		'a field of the path in the query',
		head('GET /v1/probe/a?id=b'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/id',
	],
	[
		'a query where nothing is taken',
		head('GET /v1/broken?a=1'),
		422,
		'FLOTILLA_INPUT_INVALID',
		'/a',
	],
	// Query strings and paths.
	['a query key twice', head('GET /v1/probe/a?limit=1&limit=2'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	[
		'bad percent-encoding in the query',
		head('GET /v1/probe/a?limit=%'),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	['no UTF-8 in the query', head('GET /v1/probe/a?tag=%ff'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	[
		'a prototype in the query',
		head('GET /v1/probe/a?__proto__=1'),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	[
		'a prototype in the query, encoded',
		head('GET /v1/probe/a?__prot%6f__[x]=1'),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	[
		'a prototype of the constructor in the query',
		head('GET /v1/probe/a?constructor[prototype]=1'),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	[
		'bad percent-encoding in the path',
		head('GET /v1/probe/%zz'),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	[
		'half of percent-encoding in the path',
		head('GET /v1/probe/%e'),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	['no UTF-8 in the path', head('GET /v1/probe/%ff'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	['raw bytes in the path', head('GET /v1/probe/\xe4'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	['a fragment', head('GET /v1/probe/a#b'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	[
		'a query that is too long',
		head(`GET /v1/probe/a?tag=${'a'.repeat(600)}`),
		414,
		'FLOTILLA_URI_TOO_LONG',
	],
	['no operation', head('GET /v1/nothing'), 404, 'FLOTILLA_ROUTE_UNKNOWN'],
	['another version', head('GET /v2/probe/a'), 404, 'FLOTILLA_ROUTE_UNKNOWN'],
	['a slash at the end', head('GET /v1/probe/a/'), 404, 'FLOTILLA_ROUTE_UNKNOWN'],
	['no value in the path', head('GET /v1/probe/'), 404, 'FLOTILLA_ROUTE_UNKNOWN'],
	['two slashes', head('GET /v1//member'), 404, 'FLOTILLA_ROUTE_UNKNOWN'],
	['another case', head('GET /V1/member'), 404, 'FLOTILLA_ROUTE_UNKNOWN'],
	['dots in the path', head('GET /v1/x/../member'), 404, 'FLOTILLA_ROUTE_UNKNOWN'],
	['an internal operation', head('POST /v1/jobs/advance'), 404, 'FLOTILLA_ROUTE_UNKNOWN'],
	['a body for no operation', body('POST /v1/nothing', '{'), 404, 'FLOTILLA_ROUTE_UNKNOWN'],
	['another method', head('DELETE /v1/probe/a'), 405, 'FLOTILLA_METHOD_NOT_ALLOWED'],
	['an odd method', head('PROPFIND /v1/probe/a'), 405, 'FLOTILLA_METHOD_NOT_ALLOWED'],
	['TRACE', head('TRACE /v1/probe/a'), 405, 'FLOTILLA_METHOD_NOT_ALLOWED'],
	['CONNECT', head('CONNECT edge:443'), 405, 'FLOTILLA_METHOD_NOT_ALLOWED'],
	[
		'CONNECT without a host',
		'CONNECT edge:443 HTTP/1.1\r\n\r\n',
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	['another expectation', write(ok, 'expect: a-miracle'), 417, 'FLOTILLA_EXPECTATION_FAILED'],
	['a body with GET', body('GET /v1/probe/a', '{}'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	[
		'a chunked body with GET',
		`${head('GET /v1/probe/a', 'transfer-encoding: chunked')}0\r\n\r\n`,
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	// Content.
	['no content type', write(ok, 'content-type:'), 415, 'FLOTILLA_CONTENT_TYPE_UNSUPPORTED'],
	['text', write(ok, 'content-type: text/plain'), 415, 'FLOTILLA_CONTENT_TYPE_UNSUPPORTED'],
	[
		'a form',
		write('name=a', 'content-type: application/x-www-form-urlencoded'),
		415,
		'FLOTILLA_CONTENT_TYPE_UNSUPPORTED',
	],
	[
		'another charset',
		write(ok, 'content-type: application/json; charset=latin1'),
		415,
		'FLOTILLA_CONTENT_TYPE_UNSUPPORTED',
	],
	[
		'a content type that is none',
		write(ok, 'content-type: json'),
		415,
		'FLOTILLA_CONTENT_TYPE_UNSUPPORTED',
	],
	[
		'a compressed body',
		write(ok, 'content-encoding: gzip'),
		415,
		'FLOTILLA_CONTENT_TYPE_UNSUPPORTED',
	],
	[
		'a body over the limit',
		write(`{"name":"${' '.repeat(5_000)}"}`),
		413,
		'FLOTILLA_BODY_TOO_LARGE',
	],
	[
		'a chunked body over the limit',
		chunked(`1400\r\n${' '.repeat(0x1400)}\r\n0\r\n\r\n`),
		413,
		'FLOTILLA_BODY_TOO_LARGE',
	],
	// Heads.
	['two Host headers', head('GET /v1/probe/a', 'host: other'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	[
		'no Host header',
		'GET /v1/probe/a HTTP/1.1\r\nconnection: close\r\n\r\n',
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	[
		'a Host header that is none',
		'GET /v1/probe/a HTTP/1.1\r\nhost: a b/c\r\nconnection: close\r\n\r\n',
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	[
		'two Authorization headers',
		head(
			'GET /v1/member',
			'authorization: Bearer user-token-ada',
			'authorization: Bearer user-token-bob',
		),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	[
		'two content types',
		write(ok, 'content-type: application/json', 'content-type: text/plain'),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	[
		'two idempotency keys',
		body(
			'POST /v1/jobs',
			'{"id":"x"}',
			'idempotency-key: a',
			'idempotency-key: a',
			'authorization: Bearer user-token-ada',
		),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	[
		'an idempotency key that is none',
		body(
			'POST /v1/jobs',
			'{"id":"x"}',
			'idempotency-key: "a',
			'authorization: Bearer user-token-ada',
		),
		400,
		'FLOTILLA_IDEMPOTENCY_KEY_INVALID',
	],
	[
		'an idempotency key that is too long',
		body(
			'POST /v1/jobs',
			'{"id":"x"}',
			`idempotency-key: ${'a'.repeat(256)}`,
			'authorization: Bearer user-token-ada',
		),
		400,
		'FLOTILLA_IDEMPOTENCY_KEY_INVALID',
	],
	[
		'a length and chunks',
		chunked('0\r\n\r\n', 'content-length: 5'),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	['two lengths', write(ok, 'content-length: 5'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	[
		'a length that is none',
		head('POST /v1/things', 'content-length: 1x'),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	[
		'a negative length',
		head('POST /v1/things', 'content-length: -1'),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	[
		'another transfer encoding',
		head('POST /v1/things', 'transfer-encoding: gzip, identity'),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	[
		'chunks before another encoding',
		head('POST /v1/things', 'transfer-encoding: chunked, gzip'),
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	['a chunk size that is none', chunked('xyz\r\n'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	['a folded header', head('GET /v1/probe/a', 'x-a: b\r\n c'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	['a space before a colon', head('GET /v1/probe/a', 'x-a : b'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	['a null in a header', head('GET /v1/probe/a', 'x-a: b\x00c'), 400, 'FLOTILLA_REQUEST_MALFORMED'],
	[
		'a bare line feed',
		'GET /v1/probe/a HTTP/1.1\nhost: edge\n\n',
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	['no HTTP at all', 'hello\r\n\r\n', 400, 'FLOTILLA_REQUEST_MALFORMED'],
	['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'FLOTILLA_REQUEST_MALFORMED'],
	[
		'another version of HTTP',
		'GET /v1/probe/a HTTP/3.7\r\nhost: edge\r\n\r\n',
		400,
		'FLOTILLA_REQUEST_MALFORMED',
	],
	[
		'headers over the limit',
		head('GET /v1/probe/a', `x-a: ${'a'.repeat(5_000)}`),
		431,
		'FLOTILLA_HEADERS_TOO_LARGE',
	],
	[
		'a path over the limit',
		head(`GET /v1/probe/${'a'.repeat(5_000)}`),
		431,
		'FLOTILLA_HEADERS_TOO_LARGE',
	],
	// Who is asking, before anything that was sent is looked at.
	['no token', head('GET /v1/member'), 401, 'FLOTILLA_UNAUTHENTICATED'],
	[
		'another scheme',
		head('GET /v1/member', 'authorization: Basic YTpi'),
		401,
		'FLOTILLA_UNAUTHENTICATED',
	],
	[
		'a bad token',
		head('GET /v1/member', 'authorization: Bearer nobody'),
		401,
		'FLOTILLA_UNAUTHENTICATED',
	],
	['no token and a broken body', body('DELETE /v1/things/7', '{'), 401, 'FLOTILLA_UNAUTHENTICATED'],
	[
		'no scope',
		head('GET /v1/member', 'authorization: Bearer guest-token-bob'),
		403,
		'FLOTILLA_FORBIDDEN',
	],
];

for (const [what, request, status, code, field] of rows) {
	test(`${what}: ${status}, and nothing is called`, async () => {
		using connection = await edge.connect();
		edge.handlers.ran.length = 0;
		connection.write(request);
		const answer = await connection.answer();
		assert.equal(answer.status, status, answer.body);
		assert.equal(answer.headers.get('content-type'), 'application/problem+json');
		assert.match(answer.headers.get('x-request-id') ?? '', /^[\w-]+$/);
		assert.equal(answer.problem.code, code);
		const fields = answer.problem.errors?.map(({ path }) => path);
		if (field === undefined) assert.equal(fields, undefined);
		else assert.ok(fields?.includes(field), answer.body);
		assert.deepEqual(edge.handlers.ran, []);
		assert.ok(!/node_modules|\.[jt]s:\d|FST_/.test(answer.body), answer.body);
	});
}

for (const [what, request] of [
	['a charset that is UTF-8', write(ok, 'content-type: application/json; charset=UTF-8')],
	['a quoted charset', write(ok, 'content-type: application/json;charset="utf-8"')],
	['a kind of JSON', write(ok, 'content-type: application/vnd.thing+json')],
	['no compression, said aloud', write(ok, 'content-encoding: identity')],
	['a chunked body', chunked(`c\r\n${ok}\r\n0\r\n\r\n`)],
	['an absolute target', body('POST http://edge/v1/things', ok)],
	['an encoded path', body('POST /v1/th%69ngs', ok)],
	['an empty query', body('POST /v1/things?', ok)],
	[
		'keys that only look like prototypes',
		write('{"name":"a","marks":{"constructor":1,"prototype":2}}'),
	],
] as const) {
	test(`${what} is taken`, async () => {
		using connection = await edge.connect();
		connection.write(request);
		const answer = await connection.answer();
		assert.equal(answer.status, 201, answer.body);
	});
}

test('a body that comes byte by byte is taken', async () => {
	using connection = await edge.connect();
	for (const byte of Buffer.from(write(ok))) connection.write(Uint8Array.of(byte));
	assert.equal((await connection.answer()).status, 201);
});

test('requests that are sent all at once are answered one after another', async () => {
	using connection = await edge.connect();
	const get = (id: string): string => `GET /v1/probe/${id} HTTP/1.1\r\nhost: edge\r\n\r\n`;
	connection.write(get('a') + get('missing') + get('c'));
	const answers = [await connection.answer(), await connection.answer(), await connection.answer()];
	assert.deepEqual(
		answers.map(({ status }) => status),
		[200, 404, 200],
	);
});

test('a refused body does not spoil the next request on its connection', async () => {
	using connection = await edge.connect();
	const large = ' '.repeat(20_000);
	const keep = 'content-type: application/json\r\nhost: edge\r\n';
	connection.write(`POST /v1/things HTTP/1.1\r\n${keep}content-length: ${large.length}\r\n\r\n`);
	assert.equal((await connection.answer()).status, 413);
	connection.write(large);
	connection.write('GET /v1/probe/a HTTP/1.1\r\nhost: edge\r\n\r\n');
	assert.equal((await connection.answer()).status, 200);
});

test('a list of issues is bounded', async () => {
	using connection = await edge.connect();
	const fields = Array.from({ length: 200 }, (_, index) => `"x${index}":1`);
	connection.write(write(`{"name":"a",${fields.join(',')}}`));
	const { problem } = await connection.answer();
	assert.equal(problem.errors?.length, 50);
});

test('a broken request behind one that is under way is not taken for its answer', async () => {
	using connection = await edge.connect();
	connection.write('GET /v1/held/first HTTP/1.1\r\nhost: edge\r\n\r\nno request\r\n\r\n');
	await edge.handlers.begun('first');
	edge.handlers.release('first');
	const first = await connection.answer();
	assert.equal(first.status, 200);
	assert.equal(first.body, '{"name":"first"}');
	assert.match(await connection.rest(), /^(HTTP\/1\.1 400 |$)/);
});

test('the end of a body that is refused is not waited for longer than a moment', async () => {
	using connection = await edge.connect();
	connection.write(
		'POST /v1/things HTTP/1.1\r\nhost: edge\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{',
	);
	assert.equal((await connection.answer()).status, 413);
	assert.equal(await connection.rest(), '');
});

test('a client that asks before it sends a large body is refused before it does', async () => {
	using connection = await edge.connect();
	const ask = (length: number): string =>
		`POST /v1/things HTTP/1.1\r\nhost: edge\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: ${length}\r\n\r\n`;
	connection.write(ask(ok.length));
	assert.equal((await connection.answer()).status, 100);
	connection.write(ok);
	assert.equal((await connection.answer()).status, 201);
	connection.write(ask(5_000));
	assert.equal((await connection.answer()).status, 413);
});

test('CONNECT is answered after what came before it, and ends its connection', async () => {
	using connection = await edge.connect();
	connection.write(
		'GET /v1/held/tunnel HTTP/1.1\r\nhost: edge\r\n\r\nCONNECT edge:443 HTTP/1.1\r\nhost: edge\r\nx-request-id: tunnel\r\n\r\nbytes',
	);
	await edge.handlers.begun('tunnel');
	edge.handlers.release('tunnel');
	assert.equal((await connection.answer()).body, '{"name":"tunnel"}');
	const refused = await connection.answer();
	assert.equal(refused.status, 405);
	assert.equal(refused.headers.get('allow'), 'DELETE, GET, HEAD, OPTIONS, POST, PUT');
	assert.equal(refused.headers.get('connection'), 'close');
	assert.equal(refused.headers.get('x-request-id'), 'tunnel');
	assert.equal(await connection.rest(), '');
});

test('a client that goes away after CONNECT leaves the others alone', async () => {
	const connection = await edge.connect();
	connection.write('GET /v1/held/gone HTTP/1.1\r\nhost: edge\r\n\r\n');
	connection.write(head('CONNECT edge:443'));
	await edge.handlers.begun('gone');
	connection.socket.resetAndDestroy();
	edge.handlers.release('gone');
	assert.equal((await edge.fetch('/health/live')).status, 200);
});

test('an expectation that is not met does not spoil the next request on its connection', async () => {
	using connection = await edge.connect();
	connection.write(
		`POST /v1/things HTTP/1.1\r\nhost: edge\r\nexpect: a-miracle\r\ncontent-type: application/json\r\ncontent-length: ${ok.length}\r\n\r\n${ok}`,
	);
	assert.equal((await connection.answer()).status, 417);
	connection.write('GET /v1/probe/a HTTP/1.1\r\nhost: edge\r\n\r\n');
	assert.equal((await connection.answer()).status, 200);
});
