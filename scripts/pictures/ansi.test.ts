import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOf } from './ansi.ts';

const ESC = '\u001b';

test('text is cut into lines, and lines into runs of one style', () => {
	assert.deepEqual(linesOf(`a ${ESC}[1m${ESC}[31mb\nc${ESC}[0m d${ESC}[92me${ESC}[39m\n`), [
		[
			{ text: 'a ', style: {} },
			{ text: 'b', style: { isBold: true, colour: 'red' } },
		],
		[
			{ text: 'c', style: { isBold: true, colour: 'red' } },
			{ text: ' d', style: {} },
			{ text: 'e', style: { colour: 'green' } },
		],
		[],
	]);
});

test('what a picture cannot show is an error', () => {
	assert.throws(() => linesOf(`${ESC}[2K`), /no picture shows: \[2K/);
	assert.throws(() => linesOf(`${ESC}[48m`), /no picture shows: 48/);
});
