import type { BatchListener, BatchResult } from '@flotilla/simulator';

/** Shows a batch while it is under way and when it has ended. */
export interface View extends BatchListener {
	/** @param countsNever Whether what never happened is a finding. */
	ended(result: BatchResult, countsNever: boolean): void;
	/** The batch could not be run: whatever is half drawn goes. */
	abandoned(): void;
}
