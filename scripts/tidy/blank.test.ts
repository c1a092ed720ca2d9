// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the samples are source code
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blank } from './blank.ts';

const gone = (source: string) => blank(source).replace(/\s+/g, ' ').trim();

test('comments go, code stays', () => {
	assert.equal(gone('a(); // Date.now()\nb(); /* x\ny */ c();'), 'a(); b(); c();');
	assert.equal(gone('#!/usr/bin/env node\na();'), 'a();');
});

test('strings keep their quotes only', () => {
	assert.equal(blank(`f('ab\\'c', "d'e")`), `f('     ', "   ")`);
});

test('template text goes, expressions stay, however deep', () => {
	assert.equal(gone('`a ${b({ c: `d ${e} f` })} g`; h'), '` ${b({ c: ` ${e} ` })} `; h');
	assert.equal(gone('`\\${no}` + yes'), '` ` + yes');
});

test('regular expressions go, divisions stay', () => {
	assert.equal(gone("x = /['`]/g; y()"), 'x = / /g; y()');
	assert.equal(gone('return /[/"]/.test(s)'), 'return / /.test(s)');
	assert.equal(gone('a / b / c'), 'a / b / c');
	assert.equal(gone('(a + b) / 2 / c[0] / d'), '(a + b) / 2 / c[0] / d');
	assert.equal(gone('total! / 2 // x'), 'total! / 2');
	assert.equal(gone("!/'/.test(s)"), '!/ /.test(s)');
	assert.equal(gone('options.in / 2'), 'options.in / 2');
	assert.equal(gone("`${a / b}'` + c"), '`${a / b} ` + c');
	assert.equal(gone("if (a) {\n}\n/'/.exec(s)"), 'if (a) { } / /.exec(s)');
});

test('every offset and every line break keeps its place', () => {
	const piece = fc.constantFrom(
		'`',
		'${',
		'}',
		'{',
		"'",
		'"',
		'/',
		'*',
		'\\',
		'\n',
		'a',
		' ',
		'[',
		'!',
	);
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
			const source = pieces.join('');
			const blanked = blank(source);
			assert.equal(blanked.length, source.length);
			for (let at = 0; at < source.length; at++) {
				assert.ok(blanked[at] === source[at] || (blanked[at] === ' ' && source[at] !== '\n'));
			}
		}),
		{ seed: 1, numRuns: 2_000 },
	);
});
