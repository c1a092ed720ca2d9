import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { optionName, settings } from './project/settings.ts';

const page = readFileSync(
	new URL('../../../docs/reference/configuration.md', import.meta.url),
	'utf8',
);

test('docs/reference/configuration.md has every key, its variable and its argument, in order', () => {
	const rows = page
		.split('\n')
		.filter((line) => line.startsWith('| `'))
		.map((line) => line.split(/ *\| */).slice(1, 4));
	const wanted = Object.entries(settings).map(([key, { json, placeholder }]) => {
		const variable = `\`FLOTILLA_${optionName(key).replaceAll('-', '_').toUpperCase()}\``;
		const option = placeholder === undefined ? '' : `\`--${optionName(key)}\``;
		return [`\`${key}\``, json === undefined ? '' : variable, key === 'app' ? '`APP`' : option];
	});
	assert.deepEqual(rows, wanted);
});

test('what holds when nothing is said stands on the page', () => {
	for (const [key, setting] of Object.entries(settings)) {
		if (setting.default === undefined) continue;
		const row = page.split('\n').find((line) => line.startsWith(`| \`${key}\``)) ?? '';
		assert.match(row, new RegExp(`\\b\`?${setting.default}\`? when absent`), key);
	}
});
