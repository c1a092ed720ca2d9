import { type Finding, lineAt } from './finding.ts';
import type { Repository } from './repository.ts';

/** Names that say nothing about what is inside. */
const EMPTY_NAMES = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'types']);

/** Notes to oneself. The brackets keep this line from finding itself. */
const NOTES = /\b(?:T[O]DO|F[I]XME|X[X]X|H[A]CK)\b/g;

export function checkWords(repository: Repository): Finding[] {
	return [...names(repository), ...notes(repository)];
}

function names({ paths }: Repository): Finding[] {
	return paths.flatMap((path) => {
		const bad = path.split('/').find((part) => EMPTY_NAMES.has(part.replace(/\..*$/, '')));
		if (bad === undefined) return [];
		const problem = `the name ${bad} does not say what is inside`;
		return [{ path, line: 1, problem, remedy: 'name it after the one idea that it holds' }];
	});
}

function notes({ sources }: Repository): Finding[] {
	return sources.flatMap(({ path, text }) =>
		[...text.matchAll(NOTES)].map((match) => ({
			path,
			line: lineAt(text, match.index),
			problem: `${match[0]} in the source`,
			remedy: 'do it, or file it as an issue',
		})),
	);
}
