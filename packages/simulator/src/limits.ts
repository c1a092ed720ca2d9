/** Every bound of this package on what can grow. */
export const limits = {
	/** Worker threads of one batch of seeds. */
	jobs: 64,
	/** Worker threads of one batch when nothing is said: one for each core, but no more. */
	jobsUnlessSaid: 8,
	/** How long a run may take in real time before its worker thread counts as hung. */
	hangAfterMs: 120_000,
	/** What the heap of a worker thread may hold, garbage included, before another one takes its place. */
	workerHeapBytes: 256_000_000,
	/** Runs that shrinking a finding may take when nothing is said. */
	shrinkTries: 150,
	/** Findings of one batch that are shrunk; further ones are only named. */
	findingsShrunk: 20,
	/** Further seeds of a finding that are kept. */
	seedsOfFinding: 1_000,
	/** Seeds after which something that never happened is a finding. */
	seedsThatShowAll: 20,
};
