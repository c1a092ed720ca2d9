import type { Command } from 'commander';
import { type ErrorCode, errorTable } from 'flotilla';
import { paint } from '../terminal/paint.ts';
import { UsageError } from '../usage-error.ts';

const effects = {
	none: 'nothing took effect',
	unknown: 'it may have taken effect',
	done: 'it took effect',
} as const;

/** `flotilla explain`: what an error code means. */
export function addExplain(program: Command): void {
	program
		.command('explain')
		.description('Says what an error code means and what to do about it')
		.argument(
			'[CODE]',
			'such as FLOTILLA_TX_NESTED, or the rest of it: tx-nested; absent: all codes',
		)
		.option('--json', 'JSON: an object for each code')
		.addHelpText(
			'after',
			'\nExamples:\n  flotilla explain FLOTILLA_LOCKED\n  flotilla explain | grep TX',
		)
		.action((code: string | undefined, { json = false }: { readonly json?: boolean }) => {
			const codes = code === undefined ? codesOf(errorTable) : [find(code)];
			for (const one of codes) {
				if (json) console.log(JSON.stringify({ code: one, ...errorTable[one] }));
				else console.log(code === undefined ? `${one}  ${errorTable[one].when}` : page(one));
			}
		});
}

function codesOf(table: typeof errorTable): readonly ErrorCode[] {
	return Object.keys(table) as ErrorCode[];
}

/** @throws {UsageError} There is no such code; it names those that are like it. */
function find(typed: string): ErrorCode {
	const name = typed.toUpperCase().replaceAll('-', '_');
	const code = name.startsWith('FLOTILLA_') ? name : `FLOTILLA_${name}`;
	if (Object.hasOwn(errorTable, code)) return code as ErrorCode;
	const words = code.split('_').slice(1);
	const alike = codesOf(errorTable).filter((one) => words.some((word) => one.includes(word)));
	const hint =
		alike.length === 0 ? 'See flotilla explain for all of them.' : `Like it: ${alike.join(', ')}.`;
	throw new UsageError(`There is no error code '${typed}'. ${hint}`);
}

function page(code: ErrorCode): string {
	const { when, effect, status, remedy } = errorTable[code];
	return [
		paint('bold', code),
		`  ${when}`,
		'',
		`  Effect:      ${effect}: ${effects[effect]}, unless the error itself says otherwise`,
		`  At the edge: HTTP ${status}`,
		`  What to do:  ${remedy}`,
		`  Reference:   docs/reference/errors.md#${code.toLowerCase()}`,
	].join('\n');
}
