import { type Finding, lineAt } from './finding.ts';
import { isTest, type Repository, type SourceFile } from './repository.ts';

const BANS: readonly { pattern: RegExp; problem: string; remedy: string }[] = [
	{
		pattern: /\b(?:test|it|describe|suite)\.only\b|\bonly\s*:\s*true\b/g,
		problem: 'a test that keeps the others from running',
		remedy: 'remove only',
	},
	{
		pattern: /\bskip\s*:\s*true\b|\bt\.skip\(\s*\)|\b(?:test|it|describe|suite)\.skip\b/g,
		problem: 'a test skipped without a reason',
		remedy: "say why: { skip: 'the reason' }",
	},
];

export function checkTests({ sources }: Repository): Finding[] {
	return sources.filter(({ path }) => isTest(path)).flatMap(checkFile);
}

function checkFile({ path, text, code }: SourceFile): Finding[] {
	return BANS.flatMap(({ pattern, problem, remedy }) =>
		[...code.matchAll(pattern)].map(({ index }) => ({
			path,
			line: lineAt(text, index),
			problem,
			remedy,
		})),
	);
}
