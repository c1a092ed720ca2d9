import { paint, paintError } from '../terminal/paint.ts';

/** A problem document (RFC 9457), of which anything may be missing. */
export interface Problem {
	readonly code?: unknown;
	readonly title?: unknown;
	readonly status?: unknown;
	readonly detail?: unknown;
	readonly effect?: unknown;
	readonly requestId?: unknown;
	readonly errors?: unknown;
	readonly data?: unknown;
}

/** One JSON value for a program, or for a terminal: then with colours. */
export function jsonText(value: unknown, indent: number): string {
	const text = JSON.stringify(value, undefined, indent) ?? 'null';
	const shown = text.replaceAll(/[\u007f-\u009f]/g, escaped);
	return shown.replaceAll(
		/("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g,
		(token: string, quoted: string | undefined, colon: string | undefined) => {
			if (quoted === undefined) return paint('yellow', token);
			return colon === undefined ? paint('green', quoted) : `${paint('cyan', quoted)}${colon}`;
		},
	);
}

/** A refusal or failure for a person. */
export function problemText(problem: Problem): string {
	const { code, title, status, detail, effect, requestId, errors, data } = problem;
	const lines = [
		`${paintError('red', `${printable(code ?? title ?? 'problem')}`)} (${printable(status ?? '?')})  ${printable(detail ?? title ?? '')}`,
	];
	for (const issue of Array.isArray(errors) ? errors : []) {
		const { path, message } = (issue ?? {}) as { path?: unknown; message?: unknown };
		lines.push(`  ${paintError('cyan', printable(path || '/'))}  ${printable(message ?? '')}`);
	}
	if (data !== undefined) lines.push(`  data  ${printable(JSON.stringify(data))}`);
	const what = effects[String(effect)];
	if (what !== undefined) lines.push(paintError('dim', `  Effect: ${what}.`));
	if (requestId !== undefined) {
		lines.push(paintError('dim', `  Request: ${printable(requestId)}`));
	}
	return lines.join('\n');
}

const effects: Readonly<Record<string, string>> = {
	none: 'nothing took effect',
	unknown: 'it may have taken effect; try again under the same idempotency key',
	done: 'it took effect',
};

/** What others have written must not steer the terminal. */
function printable(value: unknown): string {
	return String(value).replaceAll(/\p{Cc}/gu, escaped);
}

function escaped(character: string): string {
	return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
