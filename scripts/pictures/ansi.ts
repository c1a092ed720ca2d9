/** A part of a line in one style. */
export interface Run {
	readonly text: string;
	readonly style: Style;
}

export interface Style {
	/** The name of a foreground colour; absent: that of the terminal. */
	readonly colour?: Colour;
	readonly isBold?: boolean;
	readonly isDim?: boolean;
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
export type Colour = (typeof COLOURS)[number] | 'grey';

const ESCAPE = String.fromCharCode(27);
const SEQUENCE = new RegExp(`${ESCAPE}\\[([0-9;]*)([A-Za-z])`, 'g');

/**
 * The lines of what a program has written to a terminal, in runs of one style. Of the sequences only
 * those for colours, bold and dim are understood; others, such as moving the cursor, are errors,
 * because a picture could only show a guess.
 */
export function linesOf(output: string): Run[][] {
	const lines: Run[][] = [[]];
	let style: Style = {};
	const write = (text: string): void => {
		for (const [index, part] of text.split('\n').entries()) {
			if (index > 0) lines.push([]);
			if (part !== '') lines.at(-1)?.push({ text: part, style });
		}
	};
	let at = 0;
	for (const match of output.matchAll(SEQUENCE)) {
		write(output.slice(at, match.index));
		at = match.index + match[0].length;
		if (match[2] !== 'm') throw new Error(`a sequence that no picture shows: ${match[0].slice(1)}`);
		for (const code of (match[1] || '0').split(';')) style = styleAfter(style, Number(code));
	}
	write(output.slice(at));
	return lines;
}

function styleAfter(style: Style, code: number): Style {
	const { colour, ...plain } = style;
	if (code === 0) return {};
	if (code === 1) return { ...style, isBold: true };
	if (code === 2) return { ...style, isDim: true };
	if (code === 22) return { ...style, isBold: false, isDim: false };
	if (code === 39) return plain;
	if (code === 90) return { ...style, colour: 'grey' };
	const bright = code >= 91 && code <= 97 ? code - 90 : undefined;
	const named = COLOURS[bright ?? (code >= 30 && code <= 37 ? code - 30 : -1)];
	if (named === undefined) throw new Error(`a style that no picture shows: ${code}`);
	return { ...style, colour: named };
}
