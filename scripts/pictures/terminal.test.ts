import assert from 'node:assert/strict';
import { test } from 'node:test';
import { terminalSvg } from './terminal.ts';

test('the picture of a terminal escapes what it shows, cuts what is too long, and fetches nothing', () => {
	const svg = terminalSvg('flotilla <x>', `\u001b[31m<b>\u001b[0m & more\n\n${'x'.repeat(500)}\n`);
	assert.ok(svg.includes('<title>flotilla &#60;x&#62;</title>'), svg);
	assert.ok(svg.includes('class="red">&#60;b&#62;</tspan>'), svg);
	assert.ok(!svg.includes('x'.repeat(113)));
	assert.equal(svg.match(/https?:/g)?.length, 1, 'the name space of SVG alone');
	assert.ok(!/NaN|undefined/.test(svg));
	assert.ok(!svg.includes('\u001b'));
});

test('what stands after a coloured word stands in its column', () => {
	const svg = terminalSvg('c', '\u001b[1mab\u001b[22mcd');
	const places = [...svg.matchAll(/<tspan x="([\d.]+)"/g)].map(([, x]) => Number(x));
	assert.equal(places.length, 2);
	assert.ok(Math.abs((places[1] ?? 0) - (places[0] ?? 0) - 2 * 7.8) < 0.2);
});
