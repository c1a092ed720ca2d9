import { z } from 'zod';

/** One line of text: no control characters, which databases and terminals may choke on. */
export function line(lengthMax: number) {
	return z
		.string()
		.max(lengthMax, `must have at most ${lengthMax} characters`)
		.regex(/^[^\p{Cc}]*$/u, 'must not contain control characters');
}
