import { dirname } from 'node:path';
import type { StoredFile } from './stored-file.ts';

/** A change of names that happens in one step. */
interface NameChange {
	readonly folders: readonly string[];
	readonly steps: readonly (readonly [path: string, file: StoredFile | undefined])[];
}

/** The folders of a disk and the names in them. Folders are durable at once, names once synced. */
export class Names {
	readonly #folders = new Set<string>(['/']);
	#current = new Map<string, StoredFile>();
	readonly #durable = new Map<string, StoredFile>();
	#changes: NameChange[] = [];

	isFolder(path: string): boolean {
		return this.#folders.has(path);
	}

	makeFolder(path: string): void {
		this.#folders.add(path);
	}

	file(path: string): StoredFile | undefined {
		return this.#current.get(path);
	}

	/** All files that have a name. */
	files(): Iterable<StoredFile> {
		return new Set([...this.#current.values(), ...this.#durable.values()]);
	}

	list(folder: string): readonly string[] {
		const names: string[] = [];
		for (const path of [...this.#current.keys(), ...this.#folders]) {
			if (path !== '/' && dirname(path) === folder) {
				names.push(path.slice(folder === '/' ? 1 : folder.length + 1));
			}
		}
		return names.sort();
	}

	create(path: string, file: StoredFile): void {
		this.#change([[path, file]]);
	}

	rename(from: string, to: string): void {
		if (from === to) return;
		this.#change([
			[to, this.#current.get(from)],
			[from, undefined],
		]);
	}

	remove(path: string): void {
		this.#change([[path, undefined]]);
	}

	/** Makes the changes of names in a folder durable. */
	sync(folder: string): void {
		const left: NameChange[] = [];
		for (const change of this.#changes) {
			if (change.folders.includes(folder)) apply(this.#durable, change);
			else left.push(change);
		}
		this.#changes = left;
	}

	/** The power goes. @param share How many of the changes that are not durable survive, 0 to 1. */
	losePower(share: number): void {
		// A file system keeps their order, so the first ones survive.
		const kept = Math.floor(share * (this.#changes.length + 1));
		for (const change of this.#changes.slice(0, kept)) apply(this.#durable, change);
		this.#changes = [];
		this.#current = new Map(this.#durable);
	}

	#change(steps: NameChange['steps']): void {
		const change = { folders: steps.map(([path]) => dirname(path)), steps };
		this.#changes.push(change);
		apply(this.#current, change);
	}
}

function apply(names: Map<string, StoredFile>, { steps }: NameChange): void {
	for (const [path, file] of steps) {
		if (file === undefined) names.delete(path);
		else names.set(path, file);
	}
}
