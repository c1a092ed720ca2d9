/** The value below which `share` of the values lie, taken from the values themselves. */
export function quantile(values: Iterable<number>, share: number): number {
	const sorted = Float64Array.from(values).sort();
	return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
	const sorted = Float64Array.from(values).sort();
	const middle = (sorted.length - 1) / 2;
	const low = sorted[Math.floor(middle)] ?? Number.NaN;
	const high = sorted[Math.ceil(middle)] ?? Number.NaN;
	return (low + high) / 2;
}

export function roundTo(value: number, decimals: number): number {
	return Number(value.toFixed(decimals));
}
