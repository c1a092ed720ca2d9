import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { commands } from './main.ts';

const page = readFileSync(new URL('../../../docs/reference/commands.md', import.meta.url), 'utf8');

/** What the page says about a command. */
function sectionOf(name: string): string {
	const [, section = ''] = page.split(`\n## ${name}\n`);
	return section.split('\n## ')[0] ?? '';
}

test('docs/reference/commands.md has every command, its arguments, and each of its options once', () => {
	const all = commands().commands;
	assert.ok(all.length >= 3);
	for (const command of all) {
		const section = sectionOf(command.name());
		assert.notEqual(section, '', `${command.name()} has no section`);
		assert.ok(section.includes(`\`flotilla ${command.name()} ${argumentsOf(command)} [options]\``));
		const rows = section.split('\n').filter((line) => line.startsWith('| `--'));
		const told = rows.map((line) => /^\| `([^`]+)`/.exec(line)?.[1]);
		assert.deepEqual(
			told.toSorted(),
			command.options.map(({ flags }) => flags).toSorted(),
			`the options of ${command.name()}`,
		);
	}
});

function argumentsOf({ registeredArguments }: ReturnType<typeof commands>): string {
	const named = registeredArguments.map((one) =>
		one.required ? `<${one.name()}>` : `[${one.name()}]`,
	);
	return named.join(' ');
}
