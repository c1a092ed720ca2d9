import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFigures } from './figures.ts';
import { show } from './finding.ts';
import { sample } from './sample.ts';

const check = (text: string) => checkFigures(sample({ 'docs/a.md': text })).map(show);

test('a speed without its command is found, with its line', () => {
	const text =
		'# A\n\nIt is 10 times faster.\n\n## B\n\n4,000 calls a second, by `npm run bench -- b`.';
	assert.deepEqual(check(text), [
		'docs/a.md:3  nothing says what measured "10 times faster"  -> name the command in this section',
	]);
});

test('a command in the section is enough, in a fence too, and so is the word that there is none', () => {
	assert.deepEqual(check('# A\n\nTwice: 133 times as fast.\n\n```sh\nnpm run bench\n```\n'), []);
	assert.deepEqual(check('A third faster; no command of this repository repeats it.'), []);
});

test('other numbers, other seconds and what a fence prints are none of its business', () => {
	const text =
		'Once a second, a second try, tried 3 times, 5 events.\n\n```text\n136x real time\n```\n';
	assert.deepEqual(check(text), []);
});
