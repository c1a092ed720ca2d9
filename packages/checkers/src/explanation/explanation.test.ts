import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLinearizable } from '../linearizability/check-linearizable.ts';
import { keyValue } from '../models/key-value.ts';
import { explanationPage } from './page.ts';
import { timelinePicture } from './picture.ts';
import { explanationText, verdictText } from './text.ts';
import type { Bar, Timeline } from './timeline.ts';

const EVIL = '</pre><script>alert("x")</script><!-- & \' \u0000\ud800';

test('a text has the anomaly first, then the argument', () => {
	const explanation = { anomaly: 'lost-update', summary: 'x lost 2', lines: ['because', '  of 3'] };
	assert.equal(explanationText(explanation), 'lost-update: x lost 2\n  because\n    of 3\n');
	assert.equal(verdictText({ verdict: 'violation', explanation }), explanationText(explanation));
	assert.equal(verdictText({ verdict: 'ok' }), 'ok\n');
	assert.equal(verdictText({ verdict: 'unknown', reason: 'too long' }), 'unknown: too long\n');
});

test('nothing from a history is markup in the page', () => {
	const history = [
		{
			process: EVIL,
			input: { kind: 'get', key: EVIL } as const,
			output: EVIL,
			calledAt: 0,
			returnedAt: 1,
			outcome: 'ok' as const,
		},
	];
	const result = checkLinearizable(keyValue(), history);
	assert.equal(result.verdict, 'violation');
	if (result.verdict !== 'violation') return;
	const page = explanationPage(result.explanation);
	assert.ok(page.isWellFormed());
	assert.doesNotMatch(page, /<script|<!-- /);
	assert.ok(!page.includes('\u0000'));
	assert.match(page, /&lt;script&gt;/);
	assert.match(page, /default-src 'none'/);
	assert.doesNotMatch(page, /(?:src|href)=|url\(|@import/);
	// Every element that is opened is closed, in order.
	const open: string[] = [];
	for (const [, slash, name, empty] of page.matchAll(/<(\/?)([a-z]\w*)[^>]*?(\/?)>/g)) {
		if (slash) assert.equal(open.pop(), name);
		else if (!empty && name !== 'meta') open.push(name as string);
	}
	assert.deepEqual(open, []);
});

const bar = (process: number, label: string, from: number, to: number): Bar => ({
	process,
	label,
	from,
	to,
	tone: 'plain',
});

test('a picture keeps bars of one process apart and inside, in the order of time', () => {
	const bars = [
		bar(0, 'write 1', 0, 1_000_000),
		bar(1, 'read of something with a long label', 5, 6),
		bar(1, 'read', 7, 8),
		bar(10, 'last', 9, Infinity),
		bar(2, 'an instant', 9, 9),
	];
	const svg = timelinePicture({ bars, order: [0, 2, 4] });
	const width = Number(/role="img"[^>]* width="(\d+)"/.exec(svg)?.[1]);
	const rects = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/g)].map(
		([, x, y, w]) => ({ x: Number(x), y: Number(y), right: Number(x) + Number(w) }),
	);
	assert.equal(rects.length, 5);
	for (const { x, right } of rects) assert.ok(x >= 0 && right > x && right <= width);
	const [first, long, read, last, instant] = rects as [Rect, Rect, Rect, Rect, Rect];
	assert.ok(long.right - long.x > 'read of something with a long label'.length * 7);
	assert.ok(read.x >= long.right && long.y === read.y && first.y < long.y);
	// By number: process 10 is below process 2.
	assert.ok(last.y > instant.y && last.right === width);
	assert.equal(svg.match(/<circle/g)?.length, 3);
});

test('a long label is cut in the picture, and whole in its tooltip', () => {
	const label = 'x'.repeat(500);
	const svg = timelinePicture({ bars: [bar(0, label, 0, 1)], order: [] });
	assert.ok(Number(/<rect [^>]*width="([\d.]+)"/.exec(svg)?.[1]) < 500);
	assert.match(svg, new RegExp(`<title>process 0: ${label}</title>`));
	assert.doesNotMatch(svg, new RegExp(`<text[^>]*>${label}`));
});

test('the dots of a cycle are in their bars, and its line comes back', () => {
	const bars = [bar(0, 'first', 0, 1), bar(1, 'last', 8, 9)];
	const points = (shape: 'serial' | 'cycle'): string[] => {
		const svg = timelinePicture({ bars, order: [1, 0], shape });
		return /<polyline points="([^"]*)"/.exec(svg)?.[1]?.split(' ') ?? [];
	};
	const x = (point: string | undefined): number => Number(point?.split(',')[0]);
	const [late, early] = points('serial');
	assert.ok(x(late) < x(early), 'instants run to the right');
	const [from, to, back] = points('cycle');
	assert.ok(x(from) > x(to));
	assert.equal(back, from);
});

test('a caption says what is in the picture, and nothing else', () => {
	const page = (timeline: Timeline): string =>
		explanationPage({ anomaly: 'a', summary: 's', lines: [], timeline });
	const plain = page({ bars: [bar(0, 'a', 0, 1)] });
	assert.doesNotMatch(plain, /Red:|Dashed:|numbered/);
	const all = page({
		bars: [
			{ ...bar(0, 'a', 0, 1), tone: 'culprit' },
			{ ...bar(1, 'b', 0, Infinity), tone: 'unknown' },
		],
		order: [0],
		shape: 'way',
	});
	assert.match(
		all,
		/Red: what does not fit\. Dashed: no answer came\. Each numbered dot has to come/,
	);
});

interface Rect {
	readonly x: number;
	readonly y: number;
	readonly right: number;
}
