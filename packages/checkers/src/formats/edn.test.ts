import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldOf, isMap, readEdn, showEdn } from './edn.ts';

const again = (text: string): string => readEdn(text).map(showEdn).join(' ');

test('every kind of value is read', () => {
	assert.deepEqual(readEdn('nil true false 1 -2 3.5 1e3 4N 5.0M "a\\n\\"\\u0041" \\x \\newline'), [
		null,
		true,
		false,
		1,
		-2,
		3.5,
		1000,
		4,
		5,
		'a\n"A',
		'x',
		'\n',
	]);
	assert.equal(again(':k sym ns/sym'), ':k sym ns/sym');
	assert.equal(again('[1 (2 3) #{4} {:a 1, :b [2]}]'), '[1 (2 3) #{4} {:a 1, :b [2]}]');
	assert.equal(
		again('#inst "2014-01-01" #user/record {:x 1}'),
		'#inst "2014-01-01" #user/record {:x 1}',
	);
});

test('commas are space, comments and discarded values are nothing', () => {
	assert.equal(again('1,,2 ; three\n4 #_ 5 #_ #_ 6 7 8 [#_ 9]'), '1 2 4 8 []');
});

test('a map gives its values by keyword', () => {
	const [map] = readEdn('{:process 3, :value nil}');
	assert.ok(isMap(map));
	assert.equal(fieldOf(map, 'process'), 3);
	assert.equal(fieldOf(map, 'value'), null);
	assert.equal(fieldOf(map, 'absent'), undefined);
});

test('a value knows its line', () => {
	const [, map] = readEdn('1\n; two\n{:a "x\ny"}\n');
	assert.ok(isMap(map));
	assert.equal(map.line, 3);
});

const broken: [string, RegExp][] = [
	['[1 2', /^line 1: a vector is never closed/],
	['\n(1 ]', /^line 2: \] in a list that began on line 2/],
	['1\n}', /^line 2: \} closes nothing/],
	['{:a}', /^line 1: a map has a key without a value/],
	['"abc', /^line 1: a string is never closed/],
	['"\\q"', /^line 1: \\q is no escape/],
	['"\\u12"', /^line 1: \\u needs four/],
	['\n\n12x', /^line 3: 12x is no number/],
	[':', /^line 1: a keyword has no name/],
	['\\abc', /^line 1: \\abc is no character/],
	['#tag', /^line 1: the text ends where the value of #tag should be/],
	['[#_]', /^line 1: \] where something to leave out/],
	['# ', /^line 1: a name is missing/],
	['['.repeat(300), /nested deeper than 200/],
];
for (const [text, problem] of broken) {
	test(`${JSON.stringify(text.slice(0, 20))} is refused with its line`, () => {
		assert.throws(() => readEdn(text), { message: problem });
	});
}
