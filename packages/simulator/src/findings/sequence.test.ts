import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Sequence, toMermaid } from './sequence.ts';
import { toSvg } from './sequence-picture.ts';

const sequence: Sequence = {
	title: 'always: <stock> (seed 1)',
	machines: ['client-1', 'orders-1', 'db-orders'],
	steps: [
		{ kind: 'message', atMs: 1, from: 'client-1', to: 'orders-1', text: 'place; #1 <b>' },
		{
			kind: 'note',
			atMs: 2.25,
			over: ['orders-1'],
			text: 'orders-1 loses its power',
			tone: 'fault',
		},
		{ kind: 'message', atMs: 3, from: 'orders-1', to: 'client-1', text: 'a\nb', isAnswer: true },
		{ kind: 'note', atMs: 4, over: ['db-orders'], text: 'x'.repeat(500), tone: 'fault' },
		{ kind: 'note', atMs: 5, over: [], text: 'wrong\n  + 1\n  - 2', tone: 'failure' },
	],
};

test('the diagram for Mermaid has every machine and step, and nothing that would end a statement', () => {
	const lines = toMermaid(sequence).trimEnd().split('\n');
	assert.deepEqual(lines.slice(0, 7), [
		'sequenceDiagram',
		'    participant m0 as client-1',
		'    participant m1 as orders-1',
		'    participant m2 as db-orders',
		'    m0->>m1: 1.0 ms place#59; #35;1 #60;b#62;',
		'    Note over m1: ⚡ 2.3 ms orders-1 loses its power',
		'    m1-->>m0: 3.0 ms a b',
	]);
	assert.equal(lines.at(-1), '    Note over m0,m2: ✗ 5.0 ms wrong + 1 - 2');
});

test('the picture escapes what it shows, shortens it, and fetches nothing', () => {
	const svg = toSvg(sequence);
	assert.ok(svg.includes('place; #1 &#60;b&#62;'), svg);
	assert.ok(!svg.includes('<b>') && !svg.includes('<stock>'));
	assert.ok(!svg.includes('x'.repeat(100)));
	assert.equal(svg.match(/https?:/g)?.length, 1, 'the name space of SVG alone');
	assert.ok(!svg.includes('NaN') && !svg.includes('undefined'));
});

test('nothing in the picture stands outside of it', () => {
	const svg = toSvg(sequence);
	const [, width = '', height = ''] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
	const boxes = [...svg.matchAll(/<rect[^>]* x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)"/g)];
	assert.ok(boxes.length > 3);
	for (const [, x, y, wide] of boxes) {
		assert.ok(Number(x) >= 0 && Number(x) + Number(wide) <= Number(width));
		assert.ok(Number(y) <= Number(height));
	}
});
