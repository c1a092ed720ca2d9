/** What the client needs of the place that it runs in: a browser, a worker, Node, Deno or Bun. */
export interface Web {
	/** Of the page: `https://shop.example`; `undefined` where there is none. */
	readonly origin: string | undefined;
	fetch(url: string, init: RequestInit): Promise<Response>;
	/** @returns What takes it back. */
	setTimer(afterMs: number, fire: () => void): () => void;
	/** 0 inclusive to 1 exclusive; for waits, nothing secret. */
	random(): number;
	/** A name that nobody else draws: 32 hexadecimal digits. */
	uniqueName(): string;
}

/** The real one. */
export const web: Web = {
	get origin() {
		return (globalThis as { location?: { readonly origin: string } }).location?.origin;
	},
	fetch: (url, init) => globalThis.fetch(url, init),
	setTimer(afterMs, fire) {
		const timer = setTimeout(fire, afterMs);
		return () => clearTimeout(timer);
	},
	random: () => Math.random(),
	// `crypto.randomUUID` is missing on pages that came over plain HTTP.
	uniqueName: () =>
		Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
			byte.toString(16).padStart(2, '0'),
		).join(''),
};
