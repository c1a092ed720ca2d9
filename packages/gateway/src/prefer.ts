import { fixedLimits } from './limits.ts';

/**
 * How many seconds a `Prefer` header (RFC 7240) says to wait, at most 30; `undefined` when it does
 * not say. What is not understood is ignored, as the RFC wants it, and the first `wait` counts.
 */
export function preferredWaitSeconds(header: string | undefined): number | undefined {
	if (header === undefined) return undefined;
	for (const preference of splitOutsideQuotes(header)) {
		// Parameters after a semicolon mean nothing to `wait`.
		const [, name = '', value = ''] =
			/^\s*([^\s=;]+)\s*(?:=\s*("?[^";]*"?))?/.exec(preference) ?? [];
		if (name.toLowerCase() !== 'wait') continue;
		const digits = /^(?:"(\d{1,9})"|(\d{1,9}))$/.exec(value.trim());
		if (digits === null) return undefined;
		return Math.min(Number(digits[1] ?? digits[2]), fixedLimits.preferredWaitSeconds);
	}
	return undefined;
}

function splitOutsideQuotes(header: string): readonly string[] {
	return header.match(/(?:[^",]|"(?:[^"\\]|\\.)*"?)+/g) ?? [];
}
