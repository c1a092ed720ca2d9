import type { Completed, CompletedCommand } from './completed-commands.ts';

/** For bash 3.2 and newer, without the package bash-completion. */
export function bashScript(commands: readonly CompletedCommand[]): string {
	return `# Completion of flotilla for bash. To be sourced; made by: flotilla completion bash
_flotilla() {
	local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
	local command='' word='' awaited='' words='' kind='' i
	local -i count=0
	COMPREPLY=()

	# Which command, and how many arguments it has so far.
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=\${COMP_WORDS[i]}
		if [[ $word == '=' ]]; then continue; fi
		if [[ -n $awaited ]]; then awaited=''; continue; fi
		# What follows is for a program, or is no option.
		if [[ $word == '--' ]]; then kind=file; break; fi
		case "$command:$word" in
${commands.flatMap(({ path, options }) => valueOptions(path, options)).join('\n')}
			*:-*) ;;
${commands.flatMap(({ path, commands: below }) => below.map(({ name }) => step(path, name))).join('\n')}
			*) count+=1 ;;
		esac
	done

	# bash takes --name=value apart.
	if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi

	[[ -n $kind ]] || case "$command:$prev" in
${commands
	.flatMap(({ path, options }) =>
		options.flatMap(({ names, value }) =>
			value === undefined ? [] : [choice(path, names, value)],
		),
	)
	.join('\n')}
		*)
			if [[ $cur == -* ]]; then
				case "$command" in
${commands.map(({ path, options }) => `					'${path}') words='${options.flatMap(({ names }) => names).join(' ')}' ;;`).join('\n')}
				esac
			else
				case "$command:$count" in
${commands.flatMap(atPlaces).join('\n')}
				esac
			fi
			;;
	esac

	if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); return; fi
	# A name may have spaces in it.
	local IFS=$'\\n'
	case $kind in
		file) COMPREPLY=($(compgen -f -- "$cur")) ;;
		folder) COMPREPLY=($(compgen -d -- "$cur")) ;;
		*) return ;;
	esac
	compopt -o filenames 2>/dev/null
}
complete -F _flotilla flotilla
`;
}

function valueOptions(path: string, options: CompletedCommand['options']): readonly string[] {
	const names = options.filter(({ value }) => value !== undefined).flatMap((one) => one.names);
	if (names.length === 0) return [];
	return [`			${names.map((name) => `'${path}:${name}'`).join('|')}) awaited=yes ;;`];
}

function step(path: string, name: string): string {
	return `			'${path}:${name}') command='${`${path} ${name}`.trim()}' count=0 ;;`;
}

function choice(path: string, names: readonly string[], value: Completed): string {
	return `		${names.map((name) => `'${path}:${name}'`).join('|')}) ${assigned(value)} ;;`;
}

function atPlaces({ path, commands, arguments: places }: CompletedCommand): readonly string[] {
	const names = commands.map(({ name }) => name).join(' ');
	const ofArguments = places.map(
		({ value }, index) => `					'${path}:${index}') ${assigned(value)} ;;`,
	);
	return names === ''
		? ofArguments
		: [`					'${path}:0') words='${names}' ;;`, ...ofArguments];
}

function assigned(value: Completed): string {
	return value.kind === 'words' ? `words='${value.words.join(' ')}'` : `kind=${value.kind}`;
}
