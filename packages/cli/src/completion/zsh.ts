import type { Completed, CompletedCommand } from './completed-commands.ts';

/** To be sourced, or put into a folder of `$fpath` as `_flotilla`. */
export function zshScript(commands: readonly CompletedCommand[]): string {
	return `#compdef flotilla
# Completion of flotilla for zsh. Made by: flotilla completion zsh

${commands.map(functionOf).join('\n\n')}

if [ "$funcstack[1]" = '_flotilla' ]; then
	_flotilla "$@"
else
	compdef _flotilla flotilla
fi
`;
}

function functionOf(command: CompletedCommand): string {
	const { path, commands, options, arguments: places } = command;
	const specs = options.flatMap(({ names, description, value }) =>
		names.map((name) => `'${name}[${inSpec(description)}]${actionOf('value', value)}'`),
	);
	const ofPlaces = places.map(({ name, value }) => `':${name}${actionOf('', value)}'`);
	const isParent = commands.length > 0;
	const lines = isParent ? [...specs, "'1: :->command'", "'*:: :->rest'"] : [...specs, ...ofPlaces];
	return `${nameOf(path)}() {
	local curcontext="$curcontext" state line
	typeset -A opt_args
	_arguments -C \\
${lines.map((line) => `		${line}`).join(' \\\n')}
${isParent ? statesOf(path, commands) : ''}}`;
}

function statesOf(path: string, commands: CompletedCommand['commands']): string {
	const described = commands.map(
		({ name, description }) => `			'${name}:${quoted(description)}'`,
	);
	const cases = commands.map(
		({ name }) => `				${name}) ${nameOf(`${path} ${name}`.trim())} ;;`,
	);
	return `	case $state in
		command)
			local -a commands
			commands=(
${described.join('\n')}
			)
			_describe command commands
			;;
		rest)
			case $line[1] in
${cases.join('\n')}
			esac
			;;
	esac
`;
}

function nameOf(path: string): string {
	return path === '' ? '_flotilla' : `_flotilla_${path.replaceAll(' ', '_')}`;
}

function actionOf(message: string, value: Completed | undefined): string {
	if (value === undefined) return '';
	const start = message === '' ? ':' : `:${message}:`;
	if (value.kind === 'words') return `${start}(${value.words.join(' ')})`;
	if (value.kind === 'file') return `${start}_files`;
	return value.kind === 'folder' ? `${start}_files -/` : `${start} `;
}

function inSpec(text: string): string {
	return quoted(text.replaceAll(/[[\]:\\]/g, (letter) => `\\${letter}`));
}

/** Inside of single quotes. */
function quoted(text: string): string {
	return text.replaceAll("'", "'\\''");
}
