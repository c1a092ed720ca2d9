import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Tests, what only tests and simulations use, and the goods of the catalogue. */
const LEFT_OUT = /\.(?:test|sim)\.ts$|(?:^|\/)(?:testing-[^/]*|[^/]*-scenarios|catalogue)\.ts$/;

/**
 * Lines that are neither blank nor comment, of these files and of all TypeScript in these folders.
 * The same rule for everybody; all of it is formatted alike.
 */
export function linesOfCode(paths: readonly string[]): number {
	return paths
		.flatMap(sourcesIn)
		.reduce((sum, path) => sum + linesIn(readFileSync(path, 'utf8')), 0);
}

function sourcesIn(path: string): readonly string[] {
	if (statSync(path).isFile()) return [path];
	return readdirSync(path, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts') && !LEFT_OUT.test(name))
		.map((name) => join(path, name));
}

/** Comments stand on lines of their own here; a line with code and a comment counts. */
export function linesIn(text: string): number {
	let count = 0;
	let isInComment = false;
	for (const line of text.split('\n').map((each) => each.trim())) {
		if (isInComment) isInComment = !line.includes('*/');
		else if (line.startsWith('/*')) isInComment = !line.includes('*/');
		else if (line !== '' && !line.startsWith('//')) count++;
	}
	return count;
}
