import type { Cancellation } from '../context/cancellation.ts';
import type { Clock } from '../host/clock.ts';

/** Tells whoever watches an ordering key that something about it has been committed. */
export class ChangeSignal {
	readonly #watchers = new Map<string, Set<Watcher>>();
	readonly #clock: Clock;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** How many keys somebody watches. */
	get watched(): number {
		return this.#watchers.size;
	}

	/** Something about these keys has changed; `undefined`: about any. */
	changed(keys: readonly string[] | undefined): void {
		for (const key of keys ?? this.#watchers.keys()) {
			for (const watcher of this.#watchers.get(key) ?? []) watcher.wake();
		}
	}

	watch(key: string): Watcher {
		const watchers = this.#watchers.get(key) ?? new Set();
		this.#watchers.set(key, watchers);
		const watcher = new Watcher(this.#clock, () => {
			watchers.delete(watcher);
			const last = watchers.size === 0 && this.#watchers.get(key) === watchers;
			if (last) this.#watchers.delete(key);
		});
		watchers.add(watcher);
		return watcher;
	}
}

/** One who watches. A change between two waits is not lost. */
export class Watcher {
	readonly #clock: Clock;
	readonly #close: () => void;
	#changed = false;
	#wake: (() => void) | undefined;

	constructor(clock: Clock, close: () => void) {
		this.#clock = clock;
		this.#close = close;
	}

	wake(): void {
		this.#changed = true;
		this.#wake?.();
	}

	/** Resolves after the next change, after `timeoutMs`, or when cancelled. */
	async wait(timeoutMs: number, cancellation: Cancellation | undefined): Promise<void> {
		if (!this.#changed && cancellation?.reason === undefined) {
			await new Promise<void>((resolve) => {
				const timer = this.#clock.setTimer(timeoutMs, () => this.#wake?.());
				this.#wake = () => {
					this.#wake = undefined;
					timer.cancel();
					cancellation?.unsubscribe(cancelled);
					resolve();
				};
				const cancelled = (): void => this.#wake?.();
				cancellation?.subscribe(cancelled);
			});
		}
		this.#changed = false;
	}

	close(): void {
		this.#close();
	}
}
