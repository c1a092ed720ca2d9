import { type Finding, lineAt } from './finding.ts';
import { isTest, type Repository, type SourceFile } from './repository.ts';

/**
 * What the simulated processes of one thread share, because they share these modules. Adapters of the
 * real world are never in a simulation.
 */
const SHARED = /^packages\/(?:flotilla|checkers|protocols)\/src\/(?!host\/node\/)/;

/** State that may be shared, and why: everything else of its kind is a finding. */
const ALLOWED: Readonly<Record<string, string>> = {
	'packages/flotilla/src/context/current.ts storage':
		'follows a chain of calls, never crosses processes',
	'packages/flotilla/src/database/row-decoding.ts decoders': 'a pure function of a schema, kept',
	'packages/flotilla/src/contract/unknown-fields.ts leavesOfNode':
		'a pure function of a schema, kept',
	'packages/flotilla/src/database/sql-templates.ts templates':
		'a pure function of a template, kept',
	'packages/flotilla/src/database/sql.ts listStrings': 'a pure function of a length, kept',
	'packages/flotilla/src/call/error-makers.ts made': 'a pure function of an operation, kept',
};

interface Kind {
	readonly pattern: RegExp;
	readonly what: string;
}

/** Only what begins a line is at the top of a module: the formatter sees to that. */
const KINDS: readonly Kind[] = [
	{ pattern: /^(?:export )?(?:let|var) (?<name>\w+)/gm, what: 'can change' },
	{
		pattern:
			/^(?:export )?const (?<name>\w+)(?!\w|: Readonly(?:Set|Map)\b)[^=\n]*=\s*new (?:Map|Set|WeakMap|WeakSet|WeakRef|AsyncLocalStorage|Array|EventTarget|EventEmitter)\b/gm,
		what: 'can be filled',
	},
	{
		pattern: /^(?:export )?const (?<name>\w+)(?!\w|: readonly\b)[^=\n]*= \[\]/gm,
		what: 'can be filled',
	},
	{
		pattern: /^(?:export )?const (?<name>\w+)(?!\w|: Readonly<)[^=\n]*= \{\}/gm,
		what: 'can be filled',
	},
	{
		pattern: /^\t(?:private )?static (?!readonly\b|\{|async\b)(?<name>#?\w+)(?=[:;\s]*[:=;])/gm,
		what: 'can change',
	},
];

const REMEDY =
	'keep it in what run() makes, so that each simulated process has its own; or add it to the list in ' +
	'scripts/tidy/state.ts with the reason why no process can notice another by it';

/** Simulated processes must share nothing, and these modules they do share. */
export function checkState({ sources }: Repository): Finding[] {
	return sources.filter(({ path }) => SHARED.test(path) && !isTest(path)).flatMap(stateOf);
}

function stateOf({ path, text, code }: SourceFile): Finding[] {
	return KINDS.flatMap(({ pattern, what }) =>
		[...code.matchAll(pattern)].flatMap((match) => {
			const name = match.groups?.name ?? '';
			if (`${path} ${name}` in ALLOWED) return [];
			const problem = `${name} ${what}, and is shared by all simulated processes`;
			return [{ path, line: lineAt(text, match.index), problem, remedy: REMEDY }];
		}),
	);
}
