import type { BatchListener, BatchResult } from '@flotilla/simulator';

/** Shows a batch while it is under way and when it has ended. */
export interface View extends BatchListener {
	ended(result: BatchResult): void;
	/** The batch could not be run: whatever is half drawn goes. */
	abandoned(): void;
}
