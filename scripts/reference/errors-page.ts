import { errorTable } from 'flotilla';

const effects = {
	none: 'nothing took effect',
	unknown: 'it may have taken effect',
	done: 'it took effect',
} as const;

/** docs/reference/errors.md: a heading for every code. */
export function errorsPage(): string {
	const entries = Object.entries(errorTable).map(
		([code, { when, effect, status, remedy }]) =>
			`## ${code}\n\n${when}\n\n- **Effect**: \`${effect}\`: ${effects[effect]}, unless the error itself says otherwise.\n- **HTTP status**: ${status}\n- **What to do**: ${remedy}\n`,
	);
	return `# Errors

Every error of the platform has a stable code, says what happened to which named thing, whether anything took effect, and what to do.
Recognise one with \`isFlotillaError(error, 'FLOTILLA_…')\`, never by \`instanceof\`. At the edge it is a problem document
(RFC 9457) with the code in \`code\`. Errors that a contract declares are answers, not failures: they have the contract's own names.

\`flotilla explain CODE\` says the same in a terminal:

![What it prints about FLOTILLA_COMMIT_UNKNOWN: when it comes, its effect, its HTTP status, what to do](../pictures/terminal-explain.svg)

This page is made from \`packages/flotilla/src/errors/error-table.ts\` by \`npm run reference\`.

${entries.join('\n')}`;
}
