import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ORDER_ID, observe, QUERY_SECRET, TOKEN } from './observation.ts';

test('but for the data of a declared error, no line, span or metric tells an input, query or token', async () => {
	const { records, spans, metricTexts } = await observe();
	assert.ok(records.length > 10 && spans.length > 10 && metricTexts.length === 2);
	const plain = records.filter(({ fields }) => fields.outcome !== 'taken');
	assert.ok(plain.length < records.length);
	const all = JSON.stringify([plain, spans.map(({ name }) => name), metricTexts]);
	for (const secret of [ORDER_ID, QUERY_SECRET, TOKEN]) assert.ok(!all.includes(secret), secret);
});

test('what a request causes carries its trace, over services and events', async () => {
	const { records } = await observe();
	const request = records.find(
		({ message, fields }) =>
			message === 'request' &&
			fields.http_request_method === 'POST' &&
			fields.http_response_status_code === 200,
	);
	const trace = request?.fields.trace_id;
	const caused = records
		.filter(({ fields }) => fields.trace_id === trace)
		.map(({ message, fields }) => `${message} ${fields.name}`);
	assert.ok(caused.includes('call orders@1/place'), caused.join('\n'));
	assert.ok(caused.includes('delivery payments on orders@1/placed'), caused.join('\n'));
});
