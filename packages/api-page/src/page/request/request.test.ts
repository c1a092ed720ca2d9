import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Operation, readApi } from '../document/api.ts';
import type { Json, JsonObject } from '../document/json.ts';
import { curlLine, flotillaLine } from './command-lines.ts';
import { type Inputs, inputOf, problemsOf, requestOf, serverOf } from './request.ts';

function operation(json: JsonObject, method = 'put', path = '/things/{id}'): Operation {
	const document: Json = { openapi: '3.1.0', paths: { [path]: { [method]: json } } };
	const [found] = readApi(document).tags[0]?.operations ?? [];
	if (found === undefined) throw new Error('there is no operation');
	return found;
}

const rename = operation({
	operationId: 'things.rename',
	security: [{ bearer: ['user'] }],
	parameters: [
		{ name: 'id', in: 'path', schema: { type: 'integer' } },
		{ name: 'tag', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
		{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string' } },
	],
	requestBody: { required: true, content: { 'application/json': { schema: {} } } },
});

const filled: Inputs = {
	values: { 'path:id': '7', 'query:tag': 'a b\nc&d', 'header:Idempotency-Key': 'k 1' },
	body: '{ "name": "it\'s" }',
};

test('a request is made of what is filled in', () => {
	assert.deepEqual(requestOf(rename, filled, '/', {}), {
		method: 'PUT',
		path: '/things/7?tag=a%20b&tag=c%26d',
		headers: { 'idempotency-key': 'k 1', 'content-type': 'application/json' },
		body: '{ "name": "it\'s" }',
	});
	const odd = { values: { 'path:id': 'a/b?' }, body: ' ' };
	const { path, body, headers } = requestOf(rename, odd, 'https://api.example.com/base/', {});
	assert.equal(path, 'https://api.example.com/base/things/a%2Fb%3F');
	assert.deepEqual([body, headers], [undefined, {}]);
});

test('the server is a path of this origin, or another origin as a whole', () => {
	for (const [server, found] of [
		['/', '/'],
		['/base', '/base'],
		['v2', '/v2'],
		['http://here.example', '/'],
		['http://here.example/base/', '/base/'],
		['https://api.example.com/base', 'https://api.example.com/base'],
		['http://[', '/'],
	] as const) {
		assert.equal(serverOf(server, 'http://here.example'), found, server);
	}
});

test('what cannot be sent is told for its field', () => {
	assert.deepEqual([...problemsOf(rename, filled)], []);
	const values = { 'header:Idempotency-Key': 'a\nb' };
	const problems = problemsOf(rename, { values, body: '' });
	assert.deepEqual([...problems.keys()], ['path:id', 'header:Idempotency-Key', 'body']);
	// Resolved by the browser, they would call another operation than the one that is shown.
	for (const id of ['.', '..']) {
		const dots = { ...filled, values: { ...filled.values, 'path:id': id } };
		assert.deepEqual([...problemsOf(rename, dots).keys()], ['path:id']);
		assert.match(requestOf(rename, dots, '/', {}).path, /^\/things\/\{id\}/);
	}
	for (const [body, place] of [
		['{"a": }', /no JSON/],
		['{\n"a": 1,\n}', /line 3/],
		['nope', /no JSON/],
	] as const) {
		assert.match(problemsOf(rename, { ...filled, body }).get('body') ?? '', place);
	}
});

test('the line for curl is what any shell sends', () => {
	const origin = 'http://127.0.0.1:8080';
	const line = curlLine(requestOf(rename, filled, '/', {}), origin, {
		withToken: true,
		isStream: false,
	});
	assert.equal(
		line,
		`curl -X PUT 'http://127.0.0.1:8080/things/7?tag=a%20b&tag=c%26d' -H 'idempotency-key: k 1' ` +
			`-H 'content-type: application/json' -H "authorization: Bearer $TOKEN" ` +
			String.raw`-d '{"name":"it'\''s"}'`,
	);
	const watch = requestOf(operation({}, 'get', '/watch'), { values: {}, body: '' }, '/', {});
	assert.equal(
		curlLine(watch, origin, { withToken: false, isStream: true }),
		'curl -N http://127.0.0.1:8080/watch',
	);
});

test('the line for flotilla has the whole input, with numbers as numbers', () => {
	const input = inputOf(rename, filled, {});
	assert.deepEqual(input, { id: 7, tag: ['a b', 'c&d'], name: "it's" });
	assert.equal(
		flotillaLine(rename, input, requestOf(rename, filled, '/', {})),
		String.raw`npx flotilla call things.rename '{"id":7,"tag":["a b","c&d"],"name":"it'\''s"}' ` +
			`--idempotency-key 'k 1' --token "$TOKEN"`,
	);
	const foreign = operation({ operationId: 'GetThing; rm -rf' }, 'get', '/thing');
	const empty: Inputs = { values: {}, body: '' };
	assert.equal(flotillaLine(foreign, {}, requestOf(foreign, empty, '/', {})), undefined);
});
