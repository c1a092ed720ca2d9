import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Sequence, toMermaid, toSvg } from './sequence.ts';

const sequence: Sequence = {
	machines: ['client-1', 'orders-1', 'db-orders'],
	steps: [
		{ kind: 'message', atMs: 1, from: 'client-1', to: 'orders-1', text: 'place; #1 <b>' },
		{ kind: 'note', atMs: 2.25, machine: '', text: 'orders-1 loses its power', isFault: true },
		{ kind: 'message', atMs: 3, from: 'orders-1', to: 'client-1', text: 'a\nb' },
		{ kind: 'note', atMs: 4, machine: 'db-orders', text: 'x'.repeat(500), isFault: false },
	],
};

test('the diagram for Mermaid has every machine and step, and nothing that would end a statement', () => {
	assert.deepEqual(toMermaid(sequence).split('\n').slice(0, 7), [
		'sequenceDiagram',
		'    participant m0 as client-1',
		'    participant m1 as orders-1',
		'    participant m2 as db-orders',
		'    m0->>m1: 1.0 ms place#59; #35;1 #60;b#62;',
		'    Note over m0,m2: ⚡ 2.3 ms orders-1 loses its power',
		'    m1->>m0: 3.0 ms a b',
	]);
});

test('the picture escapes what it shows, shortens it, and fetches nothing', () => {
	const svg = toSvg(sequence);
	assert.ok(svg.includes('place; #1 &#60;b&#62;'), svg);
	assert.ok(!svg.includes('<b>'));
	assert.ok(!svg.includes('x'.repeat(100)));
	assert.equal(svg.match(/https?:/g)?.length, 1, 'the name space of SVG alone');
	const numbers = svg.match(/="-?\d+(\.\d+)?"/g) ?? [];
	assert.ok(numbers.length > 20);
	assert.ok(!svg.includes('NaN') && !svg.includes('undefined'));
});
