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

type Command = ReturnType<typeof commands>;

/** The commands that do something, with what is typed for them. */
function deeds(
	command: Command,
	path = '',
): readonly { readonly command: Command; path: string }[] {
	return command.commands.flatMap((one) => {
		const own = `${path} ${one.name()}`.trim();
		return one.commands.length === 0 ? [{ command: one, path: own }] : deeds(one, own);
	});
}

test('docs/reference/commands.md has every command, its arguments, and each of its options once', () => {
	const all = deeds(commands());
	assert.ok(all.length >= 8);
	for (const { command, path } of all) {
		const section = sectionOf(path);
		assert.notEqual(section, '', `${path} has no section`);
		const usage = `flotilla ${path} ${argumentsOf(command)} [options]`;
		assert.ok(section.includes(`\`${usage}\``), usage);
		const rows = section.split('\n').filter((line) => line.startsWith('| `--'));
		const told = rows.map((line) => /^\| `([^`]+)`/.exec(line)?.[1]);
		assert.deepEqual(
			told.toSorted(),
			command.options.map(({ flags }) => flags).toSorted(),
			`the options of ${path}`,
		);
	}
});

test('every command tells examples, and those that scripts read have --json', () => {
	const forPeople = new Set(['contract export', 'completion', 'new']);
	for (const { command, path } of deeds(commands())) {
		let help = '';
		command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
		assert.match(help, new RegExp(`Examples:\\n[\\s\\S]*flotilla ${path}`), path);
		const hasJson = command.options.some(({ long }) => long === '--json');
		assert.ok(hasJson || forPeople.has(path), path);
	}
});

function argumentsOf({ registeredArguments }: Command): string {
	const named = registeredArguments.map((one) =>
		one.required ? `<${one.name()}>` : `[${one.name()}]`,
	);
	return named.join(' ');
}
