import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours for standard output: only where that is a terminal, and not with NO_COLOR. */
export function paint(style: Style, text: string): string {
	return styleText(style, text, { stream: process.stdout });
}

/** The same for standard error. */
export function paintError(style: Style, text: string): string {
	return styleText(style, text, { stream: process.stderr });
}
