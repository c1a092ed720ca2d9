import type { Round } from './meter.ts';
import type { Footprint } from './subject.ts';

/** What the process of a subject is told to do, one order after the other. */
export type Order =
	| { readonly do: 'warm up'; readonly concurrency: number; readonly durationMs: number }
	| { readonly do: 'round'; readonly concurrency: number; readonly durationMs: number }
	| { readonly do: 'prove' }
	| { readonly do: 'close' };

/** Its answer to each of them, and the first one unasked, when the subject has started. */
export type Report =
	| { readonly ok: true; readonly round?: Round; readonly footprint?: Footprint }
	| { readonly ok: false; readonly reason: string };
