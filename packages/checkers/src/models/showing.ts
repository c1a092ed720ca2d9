import type { Operation } from '../history/operation.ts';
import type { Value } from './model.ts';

/** Characters of a text that are shown: of a longer one the beginning and, mostly, the end. */
const SHOWN_BEGINNING = 16;
const SHOWN_END = 40;

/** As people write it: `nil` for the absence of a value, texts in quotes. */
export function showValue(value: Value | undefined): string {
	if (value === null || value === undefined) return 'nil';
	if (typeof value !== 'string') return String(value);
	if (value.length <= SHOWN_BEGINNING + SHOWN_END) return JSON.stringify(value);
	return JSON.stringify(`${value.slice(0, SHOWN_BEGINNING)}…${value.slice(-SHOWN_END)}`);
}

/** `write 3`, `read → 3`, `write 3 → ?`: a call with what came back. */
export function showCall(
	call: string,
	{ outcome }: Pick<Operation, 'outcome'>,
	answer?: string,
): string {
	if (outcome === 'unknown') return `${call} → ?`;
	if (outcome === 'failed') return `${call} (failed)`;
	return answer === undefined ? call : `${call} → ${answer}`;
}
