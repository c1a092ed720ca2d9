import type { Report } from '../simulation/report.ts';
import type { SeedOptions } from '../simulation/seeds.ts';

/** What the main thread asks of a worker thread, one thing at a time. */
export type Request =
	/** Which simulations a file exports. */
	| { readonly kind: 'list'; readonly file: string }
	/** Runs one seed. */
	| {
			readonly kind: 'run';
			readonly file: string;
			readonly name: string;
			readonly options: SeedOptions;
	  };

/** What came of a request. */
export type Outcome =
	| { readonly kind: 'listed'; readonly names: readonly string[] }
	| { readonly kind: 'ran'; readonly report: Report }
	/** It cannot be done, whatever the seed. */
	| { readonly kind: 'refused'; readonly message: string };

/** What a worker thread answers, with what its heap holds, garbage included. */
export type Answer = Outcome & { readonly heapBytes: number };
