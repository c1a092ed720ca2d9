import type { Completed, CompletedCommand } from './completed-commands.ts';

/** To be put into `~/.config/fish/completions/flotilla.fish`, or sourced. */
export function fishScript(commands: readonly CompletedCommand[]): string {
	const lines = commands.flatMap((command) => [
		...command.commands.map(({ name, description }) =>
			line(command, `-a ${quoted(name)} -d ${quoted(description)}`),
		),
		...command.arguments.flatMap(({ value }) => {
			const what = offered(value);
			return what === '' ? [] : [line(command, what)];
		}),
		...command.options.map(({ names, description, value }) =>
			line(command, [...names.map(flag), taken(value), `-d ${quoted(description)}`].join(' ')),
		),
	]);
	return `# Completion of flotilla for fish. Made by: flotilla completion fish
complete -c flotilla -f
${lines.join('\n')}
`;
}

function line({ path, commands }: CompletedCommand, rest: string): string {
	const last = path.split(' ').at(-1) ?? '';
	const below = commands.map(({ name }) => name).join(' ');
	const isThere = path === '' ? '' : `__fish_seen_subcommand_from ${last}`;
	const isLast = below === '' ? '' : `not __fish_seen_subcommand_from ${below}`;
	const condition = [isThere, isLast].filter((part) => part !== '').join('; and ');
	return `complete -c flotilla -n ${quoted(condition)} ${rest}`;
}

function flag(name: string): string {
	return name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;
}

/** What an option takes as its value. */
function taken(value: Completed | undefined): string {
	if (value === undefined) return '';
	if (value.kind === 'file') return '-r -F';
	return value.kind === 'anything' ? '-x' : `-x ${offered(value)}`;
}

function offered(value: Completed): string {
	switch (value.kind) {
		case 'words':
			return `-a ${quoted(value.words.join(' '))}`;
		case 'file':
			return '-F';
		case 'folder':
			return "-a '(__fish_complete_directories)'";
		default:
			return '';
	}
}

function quoted(text: string): string {
	return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
