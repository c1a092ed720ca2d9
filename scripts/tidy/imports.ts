import { lineAt } from './finding.ts';
import type { SourceFile } from './repository.ts';

export interface Import {
	readonly specifier: string;
	readonly line: number;
}

const IMPORT = /(?<![.\w$#])(?:from\s*|import\s*\(?\s*)(['"])/g;

/** Every import and re-export with a literal specifier, `import()` and import types included. */
export function importsOf({ text, code }: SourceFile): Import[] {
	const found: Import[] = [];
	for (const match of code.matchAll(IMPORT)) {
		const start = match.index + match[0].length;
		const end = code.indexOf(match[1] as string, start);
		if (end === -1) continue;
		found.push({ specifier: text.slice(start, end), line: lineAt(text, match.index) });
	}
	return found;
}

/** `fastify` of `fastify/types`, `@flotilla/postgres` of `@flotilla/postgres/x`. */
export function packageOf(specifier: string): string {
	return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

export const isRelative = (specifier: string): boolean => /^\.{0,2}\//.test(specifier);
