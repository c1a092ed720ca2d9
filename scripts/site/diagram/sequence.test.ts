import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawSequence } from './drawing.ts';
import { parseSequence } from './sequence.ts';

const TEXT = `sequenceDiagram
    participant C as customer
    participant O as orders
    %% said to nobody
    C->>O: place <one>
    O-->>C: pending
    alt in stock
        O-)O: confirmed
    else missing
        Note over C,O: told by mail
    end
`;

test('participants, messages, notes and frames are read', () => {
	const { participants, items } = parseSequence(TEXT);
	assert.deepEqual(participants, [
		{ id: 'C', name: 'customer' },
		{ id: 'O', name: 'orders' },
	]);
	assert.deepEqual(items, [
		{ kind: 'message', from: 'C', to: 'O', text: 'place <one>', isAnswer: false, isOneWay: false },
		{ kind: 'message', from: 'O', to: 'C', text: 'pending', isAnswer: true, isOneWay: false },
		{
			kind: 'frame',
			word: 'alt',
			sections: [
				{
					label: 'in stock',
					items: [
						{
							kind: 'message',
							from: 'O',
							to: 'O',
							text: 'confirmed',
							isAnswer: false,
							isOneWay: true,
						},
					],
				},
				{ label: 'missing', items: [{ kind: 'note', over: ['C', 'O'], text: 'told by mail' }] },
			],
		},
	]);
});

test('what is not understood is an error that names the line', () => {
	assert.throws(() => parseSequence('flowchart LR'), /begins with "flowchart LR"/);
	assert.throws(() => parseSequence('sequenceDiagram\nactivate C'), /"activate C"/);
	assert.throws(() => parseSequence('sequenceDiagram\nend'), /"end"/);
	assert.throws(() => parseSequence('sequenceDiagram\nalt a'), /does not end: alt/);
});

test('the drawing says in words what it shows, escapes it, and keeps everything inside', () => {
	const svg = drawSequence(parseSequence(TEXT), 'd');
	assert.ok(svg.includes('customer to orders: place &lt;one&gt;.'), svg);
	assert.ok(svg.includes('alt in stock: orders to orders: confirmed. else missing:'), svg);
	assert.ok(!/NaN|undefined|<one>/.test(svg));
	const [, width = '', height = ''] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
	const boxes = [
		...svg.matchAll(/<rect[^>]* x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)"/g),
	];
	assert.ok(boxes.length >= 4);
	for (const [, x, y, wide, high] of boxes) {
		assert.ok(Number(x) >= 0 && Number(x) + Number(wide) <= Number(width));
		assert.ok(Number(y) >= 0 && Number(y) + Number(high) <= Number(height));
	}
});
