import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageRecord } from '../network/message-log.ts';
import type { Finding } from './investigate.ts';
import { sequenceOf } from './sequence-of.ts';
import { storyOf, withShortIds } from './story.ts';
import { findingText } from './text.ts';

const ORDER = 'c2120256-0a89-4163-9667-30b6384a83c8';
const OTHER = 'd3331111-0a89-4163-9667-30b6384a83c8';

/** `connection from>to text`, a message each millisecond. */
function messagesOf(...lines: readonly string[]): readonly MessageRecord[] {
	return lines.map((line, index) => {
		const [, connection, from = '', to = '', text = ''] =
			/^(\d) (\S+)>(\S+) (.+)$/.exec(line) ?? [];
		const atMs = index + 1;
		return { connection: Number(connection), from, to, text, sentAtMs: atMs, deliveredAtMs: atMs };
	});
}

function findingOf(message: string, messages: readonly MessageRecord[]): Finding {
	const failure = { kind: 'always', name: 'all agree', message, atMs: 99 } as const;
	const fault = {
		id: 'network.loss/orders-1>db-orders#3',
		fault: 'network.loss',
		atMs: 4.5,
	} as const;
	return {
		seed: 7,
		failure,
		only: [fault.id],
		faults: [{ ...fault, text: 'orders-1 → db-orders loses' }],
		faultsBefore: 9,
		report: { messages, entries: [] },
	} as unknown as Finding;
}

const messages = messagesOf(
	`1 client-1>orders-1 call #1 orders@1/place {"sku":"tea"}`,
	`2 orders-1>db-orders insert into orders (id) values ("${ORDER}")`,
	'2 db-orders>orders-1 rows',
	'2 orders-1>db-orders insert into flotilla_outbox (event) values ("placed")',
	'2 db-orders>orders-1 rows',
	'2 orders-1>db-orders commit',
	'2 db-orders>orders-1 done',
	`1 orders-1>client-1 reply #1 {"id":"${ORDER}"}`,
	'1 orders-1>client-1 ping',
	'2 orders-1>db-orders select holder from flotilla_leases where name = "delivery"',
	'2 db-orders>orders-1 rows [{"holder":"orders-1"}]',
	'2 orders-1>db-orders end',
	`2 orders-1>db-orders select status from orders where id = "${OTHER}"`,
	'2 db-orders>orders-1 rows [{"status":"pending"}]',
	'2 orders-1>db-orders end',
	`3 orders-1>payments-1 event #1 orders@1/placed {"id":"${ORDER}"}`,
	'3 payments-1>orders-1 reply #1',
);

test('a story is about what the failure names: its transactions, calls and events, without upkeep', () => {
	const { parts, about } = storyOf(findingOf(`${ORDER} is lost`, messages), 60);
	const told = parts.flat();
	assert.deepEqual(about, [ORDER]);
	assert.deepEqual(
		told.map(({ text }) => text.replaceAll(ORDER, 'ORDER')),
		[
			'call #1 orders@1/place {"sku":"tea"}',
			'insert into orders (id) values ("ORDER")',
			'commit',
			'committed',
			'reply #1 {"id":"ORDER"}',
			'event #1 orders@1/placed {"id":"ORDER"}',
		],
	);
});

test('a failure that names nothing is told by everything but upkeep', () => {
	const { about, parts, leftOut } = storyOf(findingOf('3 !== 4', messages), 60);
	assert.deepEqual(about, []);
	assert.equal(parts.flat().length, 8);
	assert.equal(leftOut, 0);
});

test('of many messages those that are nearest to a fault and to the failure are told', () => {
	const { parts, leftOut } = storyOf(findingOf('3 !== 4', messages), 4);
	assert.equal(leftOut, 4);
	assert.deepEqual(
		parts.map((part) => part.map(({ sentAtMs }) => sentAtMs)),
		[[1, 2, 6, 7]],
	);
	const late = messages.map((message) => ({ ...message, sentAtMs: message.sentAtMs * 6 }));
	const apart = storyOf(findingOf('3 !== 4', late), 4);
	assert.deepEqual(
		apart.parts.map((part) => part.map(({ sentAtMs }) => sentAtMs)),
		[
			[6, 12],
			[84, 96],
		],
	);
});

test('long ids are told by their beginnings and ends, words and numbers whole', () => {
	assert.equal(
		withShortIds(
			`${ORDER} 09167ef65b96f243abff5a4cc5073cc0-6c604666d8ef7d56 effaced 12345678 2026-01-02`,
		),
		'c2120256…83c8 09167ef6…7d56 effaced 12345678 2026-01-02',
	);
});

test('a diagram has faults at their machines, and databases beside the services that they belong to', () => {
	const { machines, steps } = sequenceOf(findingOf(`${ORDER} is lost`, messages));
	assert.deepEqual(machines, ['client-1', 'orders-1', 'db-orders', 'payments-1']);
	const notes = steps.filter((step) => step.kind === 'note');
	assert.deepEqual(
		notes.map(({ over, text }) => [over, text]),
		[
			[[], 'only what mentions c2120256…83c8'],
			[['orders-1', 'db-orders'], 'network.loss: orders-1 → db-orders loses'],
			[[], 'all agree\nc2120256…83c8 is lost'],
		],
	);
});

test('a text says what was wrong, what it takes, and what happened, faults in their places', () => {
	const text = findingText('shop', findingOf(`${ORDER} is lost`, messages));
	const lines = text.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' '));
	assert.deepEqual(lines.slice(0, 8), [
		'shop: always: all agree',
		`${ORDER} is lost`,
		'seed 7, after 99 virtual ms',
		'',
		'It takes 1 fault (of 9 that struck):',
		'4.5 ms network.loss: orders-1 → db-orders loses',
		'',
		'What happened, of what mentions c2120256…83c8:',
	]);
	assert.equal(lines[10], '4.5 ms ⚡ network.loss: orders-1 → db-orders loses');
	assert.equal(lines[11], '6.0 ms orders-1 → db-orders commit');
});
