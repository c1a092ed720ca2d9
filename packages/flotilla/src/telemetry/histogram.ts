/** Upper bounds in seconds, as Prometheus wants them; a last bucket without bound follows. */
export const bucketBoundsSeconds: readonly number[] = [
	0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

const boundsMs = Float64Array.from(bucketBoundsSeconds, (seconds) => seconds * 1_000);

/** Counts durations in buckets. */
export class Histogram {
	readonly counts: Float64Array = new Float64Array(boundsMs.length + 1);
	count = 0;
	sumMs = 0;

	record(durationMs: number): void {
		let low = 0;
		let high = boundsMs.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (durationMs <= (boundsMs[middle] as number)) high = middle;
			else low = middle + 1;
		}
		this.counts[low] = (this.counts[low] as number) + 1;
		this.count++;
		this.sumMs += durationMs;
	}
}
