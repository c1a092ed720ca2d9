import { existsSync, type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { fileVersion } from './file-version.ts';

/** An editor that saves several files, or one in several steps, has ended when it is quiet so long. */
const QUIET_MS = 60;

/**
 * Watches files, also such as are not there yet. Their folders are watched, because many editors put
 * a new file in the place of the old one; what counts is whether the version of a file has changed.
 */
export class WatchedFiles implements Disposable {
	/** The version that is in use, by path; empty: there was no such file. */
	readonly #versions = new Map<string, string>();
	readonly #folders = new Map<string, FSWatcher>();
	readonly #changed = new Set<string>();
	#quiet: NodeJS.Timeout | undefined;
	#awaited: PromiseWithResolvers<readonly string[]> | undefined;

	/** Watches a file from now on that somebody uses in this version. */
	use(path: string, version: string): void {
		this.#versions.set(path, version);
		this.#watchFolder(existingFolder(dirname(path)));
		this.#compare(path);
	}

	/** Forgets the files that have not been used since `paths` was made. */
	keepOnly(paths: ReadonlySet<string>): void {
		for (const path of this.#versions.keys()) {
			if (!paths.has(path)) this.#versions.delete(path);
		}
		const folders = new Set(
			[...this.#versions.keys()].map((path) => existingFolder(dirname(path))),
		);
		for (const [folder, watcher] of this.#folders) {
			if (folders.has(folder)) continue;
			watcher.close();
			this.#folders.delete(folder);
		}
	}

	/** Resolves with the files that have changed since the last time, as soon as there are any. */
	changes(): Promise<readonly string[]> {
		this.#awaited ??= Promise.withResolvers();
		this.#schedule();
		return this.#awaited.promise;
	}

	[Symbol.dispose](): void {
		clearTimeout(this.#quiet);
		for (const watcher of this.#folders.values()) watcher.close();
		this.#folders.clear();
	}

	#watchFolder(folder: string): void {
		if (this.#folders.has(folder)) return;
		const watcher = watch(folder, { persistent: false }, () => this.#look(folder));
		// A folder that is removed: whatever was in it has changed.
		watcher.on('error', () => this.#look(folder));
		this.#folders.set(folder, watcher);
	}

	/** Something has happened in a folder. */
	#look(folder: string): void {
		if (!existsSync(folder)) {
			this.#folders.get(folder)?.close();
			this.#folders.delete(folder);
		}
		for (const path of this.#versions.keys()) {
			if (!path.startsWith(folder)) continue;
			// The folder of a file that is not there yet may have been made.
			this.#watchFolder(existingFolder(dirname(path)));
			this.#compare(path);
		}
	}

	#compare(path: string): void {
		if (fileVersion(path) === this.#versions.get(path)) return;
		this.#changed.add(path);
		this.#schedule();
	}

	#schedule(): void {
		if (this.#awaited === undefined || this.#changed.size === 0) return;
		clearTimeout(this.#quiet);
		this.#quiet = setTimeout(() => {
			const changed = [...this.#changed];
			this.#changed.clear();
			// Until somebody uses them again, only a further change counts.
			for (const path of changed) {
				this.#versions.set(path, fileVersion(path));
				this.#watchFolder(existingFolder(dirname(path)));
			}
			this.#awaited?.resolve(changed);
			this.#awaited = undefined;
		}, QUIET_MS);
	}
}

function existingFolder(folder: string): string {
	return existsSync(folder) ? folder : existingFolder(dirname(folder));
}
