/** `1 seed`, `1,200 seeds`. */
export function quantity(count: number, noun: string): string {
	return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** `640 ms`, `41 s`, `3 min 5 s`, `2 h 4 min`. */
export function duration(ms: number): string {
	if (ms < 1_000) return `${Math.round(ms)} ms`;
	const seconds = Math.round(ms / 1_000);
	if (seconds < 60) return `${seconds} s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
	return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A rate with as many digits as matter: `0.4`, `12`, `310`. */
export function rate(value: number): string {
	return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}
