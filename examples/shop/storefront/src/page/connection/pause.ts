/** Waits, until `signal` aborts at the latest. Never rejects. */
export function pause(forMs: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const go = (): void => {
			clearTimeout(timer);
			signal.removeEventListener('abort', go);
			resolve();
		};
		const timer = setTimeout(go, forMs);
		signal.addEventListener('abort', go);
		if (signal.aborted) go();
	});
}
