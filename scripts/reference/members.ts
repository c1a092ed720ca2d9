/** A member of an interface, as its source says it. */
export interface Member {
	readonly name: string;
	readonly isOptional: boolean;
	/** On one line. */
	readonly type: string;
	/** On one line; empty when there is none. */
	readonly comment: string;
}

// A member begins one tab from the left, and ends with the line before the next one.
const MEMBER =
	/^(?:\t\/\*\*(?<comment>[\s\S]*?)\*\/\n)?\t(?:readonly )?(?<name>\w+)(?:<[^(\n]*>)?(?<optional>\?)?(?<type>[:(][\s\S]*?);(?=\n(?:\n|\t(?:\/\*\*|\w))|$(?![\s\S]))/gm;

/** The members of an interface that stands in `source`, in its order. */
export function membersOf(source: string, name: string): Member[] {
	const start = new RegExp(`^export interface ${name}\\b[^{]*\\{$`, 'm').exec(source);
	const end = source.indexOf('\n}', start?.index);
	if (start === null || end === -1) throw new Error(`the interface ${name} was not found`);
	const body = source.slice(start.index + start[0].length, end);
	const members = [...body.matchAll(MEMBER)].map(({ groups = {} }) => ({
		name: groups.name ?? '',
		isOptional: groups.optional === '?',
		type: oneLine((groups.type ?? '').replace(/^:/, '')),
		comment: sentencesOf(groups.comment ?? ''),
	}));
	if (members.length === 0) throw new Error(`the members of ${name} were not found`);
	return members;
}

/** Rows of a table: name, and what the comment says. */
export function memberRows(members: readonly Member[]): string {
	return members
		.map(({ name, isOptional, comment }) => {
			if (comment === '') throw new Error(`nothing says what ${name} means`);
			return `| \`${name}\` | ${isOptional ? '' : 'yes'} | ${comment.replaceAll('|', '\\|')} |`;
		})
		.join('\n');
}

/** Without its stars, and without what `@param` and others say. */
function sentencesOf(comment: string): string {
	return oneLine(comment.replaceAll(/^\s*\* ?/gm, ' ').split(/(?<=\s)@\w/)[0] ?? '');
}

function oneLine(text: string): string {
	return text.replaceAll(/\s+/g, ' ').trim();
}
