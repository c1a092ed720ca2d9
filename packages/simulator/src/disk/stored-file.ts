import { FileContent } from './file-content.ts';

/** A change of a file that may not be durable yet. */
interface Change {
	/** When it was asked for, among all operations of the disk. */
	readonly issued: number;
	readonly offset: number;
	/** What was put there; `undefined`: the file was cut there. */
	readonly bytes: Uint8Array | undefined;
	/** A sync of it has failed: the system takes it for clean, and no later sync writes it. */
	doomed: boolean;
}

/** How much of a change reaches the disk when the power goes: all of it, a part, nothing. */
export type Fate = 'whole' | 'lost' | { readonly share: number };

/** A file apart from its names: what programs see, and what a power cut leaves. */
export class StoredFile {
	/** Distinguishes the file from others of the disk, in every run of the seed. */
	readonly id: number;
	readonly current: FileContent = new FileContent();
	readonly #durable = new FileContent();
	#changes: Change[] = [];

	constructor(id: number) {
		this.id = id;
	}

	append(bytes: Uint8Array, issued: number): void {
		this.#change({ issued, offset: this.current.sizeBytes, bytes, doomed: false });
	}

	cut(sizeBytes: number, issued: number): void {
		if (sizeBytes >= this.current.sizeBytes) return;
		this.#change({ issued, offset: sizeBytes, bytes: undefined, doomed: false });
	}

	/** Makes durable what was asked for before. */
	sync(issued: number): void {
		const left: Change[] = [];
		for (const change of this.#changes) {
			if (change.issued < issued && !change.doomed) apply(this.#durable, change);
			else left.push(change);
		}
		this.#changes = left;
	}

	/** What was asked for before will never be durable, and nobody will be told again. */
	failSync(issued: number): void {
		for (const change of this.#changes) if (change.issued < issued) change.doomed = true;
	}

	/** The power goes. @param fateOf What becomes of each change that is not durable, by its number. */
	losePower(fateOf: (number: number) => Fate): void {
		this.#changes.forEach((change, number) => {
			const fate = fateOf(number);
			if (fate === 'whole') apply(this.#durable, change);
			else if (fate !== 'lost') this.#applyPart(change, fate.share);
		});
		this.#changes = [];
		this.current.become(this.#durable);
	}

	#change(change: Change): void {
		this.#changes.push(change);
		apply(this.current, change);
	}

	#applyPart(change: Change, share: number): void {
		const { bytes } = change;
		if (bytes === undefined) return;
		apply(this.#durable, { ...change, bytes: bytes.subarray(0, Math.floor(bytes.length * share)) });
	}
}

function apply(content: FileContent, { offset, bytes }: Change): void {
	if (bytes === undefined) content.cut(offset);
	else if (bytes.length > 0) content.put(offset, bytes);
}
