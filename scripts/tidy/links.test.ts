import assert from 'node:assert/strict';
import { test } from 'node:test';
import { show } from './finding.ts';
import { checkLinks } from './links.ts';
import { sample } from './sample.ts';

const check = (files: Readonly<Record<string, string>>) => checkLinks(sample(files)).map(show);

test('links to files, folders and headings that are there are none of its business', () => {
	const page = [
		'# The `flotilla` command: how?',
		'[a](../b.md), [folder](deep/), [here](#the-flotilla-command-how), [there](../b.md#two-words)',
		'[outside](https://example.org/nowhere), [mail](mailto:a@example.org)',
		'```md',
		'[in a fence](nowhere.md)',
		'```',
	].join('\n');
	assert.deepEqual(check({ 'docs/a.md': page, 'b.md': '## Two words', 'docs/deep/c.md': '' }), []);
});

test('links that lead nowhere are found', () => {
	assert.deepEqual(check({ 'docs/a.md': '\n[gone](b.md) and [heading](a.md#gone)' }), [
		'docs/a.md:2  the link b.md leads nowhere  -> correct it, or write what it is for',
		'docs/a.md:2  the link a.md#gone leads nowhere  -> correct it, or write what it is for',
	]);
});
