import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { LogView } from './log-view.ts';

/** What a view shows of some lines, without the time of day, which depends on where one is. */
function shown(...pieces: readonly string[]): string {
	let text = '';
	const view = new LogView((piece) => {
		text += piece;
	});
	for (const piece of pieces) view.push(piece);
	view.end();
	return stripVTControlCharacters(text).replaceAll(/^\d\d:\d\d:\d\d\.(\d{3})/gm, 'TIME.$1');
}

const record = (fields: object): string =>
	`${JSON.stringify({ level: 'info', time: '2026-11-28T15:00:00.123Z', ...fields })}\n`;

test('a record is its time, level, service and message, then its fields, with a short trace id', () => {
	const trace = { trace_id: '6bb8ddc47a0137dcc680330b9dea1cb7', span_id: '5f76d36e4d6a9b6b' };
	const call = { message: 'call', name: 'users@1/get', outcome: 'ok', duration_ms: 6.45 };
	assert.equal(
		shown(record({ ...call, ...trace })),
		'TIME.123 INFO  users      call users@1/get 6.45 ms trace=6bb8ddc4\n',
	);
	assert.equal(
		shown(
			record({ level: 'warn', message: 'late', service: 'orders', to: 'a b', n: [1], id: 'x' }),
		),
		'TIME.123 WARN  orders     late to="a b" n=[1] id=x\n',
	);
});

test('a request is its method, its route and its status', () => {
	const request = {
		message: 'request',
		request_id: '6bb8ddc47a0137dcc680330b9dea1cb7-36956e5c0d081133',
		http_request_method: 'GET',
		http_response_status_code: 401,
		http_route: '/v1/orders',
		outcome: 'FLOTILLA_UNAUTHENTICATED',
		trace_id: '6bb8ddc47a0137dcc680330b9dea1cb7',
	};
	assert.equal(
		shown(record(request)),
		'TIME.123 INFO  edge       GET /v1/orders 401 FLOTILLA_UNAUTHENTICATED trace=6bb8ddc4\n',
	);
});

const own = pathToFileURL('/somewhere/else/app.ts').href;

test('a stack stands below, with the frames only that are about files of the user', () => {
	const stack = [
		'Error: bad things',
		`    at fail (${own}:11:23)`,
		'    at run (file:///x/node_modules/zod/index.js:1:1)',
		`    at invoke (${import.meta.resolve('flotilla')}:1:1)`,
		'    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)',
	].join('\n');
	assert.equal(
		shown(record({ level: 'error', message: 'call', name: 'a@1/b', stack })),
		'TIME.123 ERROR a          call a@1/b\n    Error: bad things\n        at fail (/somewhere/else/app.ts:11:23)\n',
	);
});

test('lines that are no records pass, without the frames and the noise of Node.js', () => {
	const text = [
		'file:///app.ts:2',
		'const b = ;',
		'SyntaxError: Expression expected',
		'    at parse (node:internal/modules/typescript:61:36)',
		`    at ${own}:3:1`,
		'',
		'Node.js v26.10.0',
		'{"level": "not a record"}',
		'{"level":"broken',
	].join('\n');
	assert.equal(
		shown(text),
		[
			'file:///app.ts:2',
			'const b = ;',
			'SyntaxError: Expression expected',
			'    at /somewhere/else/app.ts:3:1',
			'',
			'{"level": "not a record"}',
			'{"level":"broken',
			'',
		].join('\n'),
	);
});

test('pieces of any size give the same lines', () => {
	const text = record({ message: 'one' }) + record({ message: 'two' });
	for (let size = 1; size < 20; size++) {
		const pieces = text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
		assert.equal(shown(...pieces), shown(text));
	}
});
