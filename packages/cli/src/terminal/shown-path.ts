import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A path as one would type it here: relative to the current folder where that is shorter. */
export function shownPath(path: string | URL): string {
	const whole = path instanceof URL || path.startsWith('file:') ? fileURLToPath(path) : path;
	const short = relative(process.cwd(), whole);
	return short !== '' && short.length < whole.length ? short : whole;
}

/** A word as a shell wants it. */
export function shellWord(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
