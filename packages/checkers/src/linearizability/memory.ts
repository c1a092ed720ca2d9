/** What the searches of one check may keep together. Counted, not measured: within a factor of two. */
export interface Memory {
	usedBytes: number;
	readonly limitBytes: number;
}

/** An interned state: its object, its place in the tables, and a little text in it. */
export const STATE_BYTES = 160;
