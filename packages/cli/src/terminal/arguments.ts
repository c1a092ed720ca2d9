import { InvalidArgumentError } from 'commander';

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/**
 * Reads a duration such as `500ms`, `30s`, `1.5m` or `1h`.
 *
 * @returns Milliseconds.
 * @throws {InvalidArgumentError} It is none.
 */
export function parseDuration(text: string): number {
	const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
	if (number === '') throw new InvalidArgumentError('Write a duration such as 500ms, 30s or 5m.');
	return Math.round(Number(number) * UNITS[unit as keyof typeof UNITS]);
}

/** A reader of whole numbers in a range. */
export function wholeNumber(least: number, most: number): (text: string) => number {
	return (text) => {
		const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
		if (value >= least && value <= most) return value;
		throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
	};
}

/** Of an option that may be given several times: all its values. They may have commas in them. */
export function collected(text: string, before: readonly string[] = []): readonly string[] {
	return [...before, text];
}

/** `a,b` and `a, b` are two words. */
export function parseList(text: string): readonly string[] {
	const words = text
		.split(',')
		.map((word) => word.trim())
		.filter((word) => word !== '');
	if (words.length === 0) throw new InvalidArgumentError('Write names with commas between them.');
	return words;
}
