/** What a picture of a violation shows: who did what when, and what stands out. Plain data. */
export interface Timeline {
	readonly bars: readonly Bar[];
	/** Indexes of bars in the order of one explanation that goes as far as any; drawn as steps. */
	readonly order?: readonly number[];
}

/** One operation or transaction in a row of its process. */
export interface Bar {
	readonly process: number | string;
	/** Short: `get x → 3`. The full text is in the tooltip. */
	readonly label: string;
	/** In any unit; only its order is drawn. */
	readonly from: number;
	/** `Infinity` where no answer came: the bar runs off the picture. */
	readonly to: number;
	/** `culprit`: no order has room for it. `unknown`: it may have happened or not. */
	readonly tone: 'plain' | 'culprit' | 'unknown';
}
