/** Bytes that grow at the end, and are cut. */
export class FileContent {
	#bytes: Uint8Array = new Uint8Array(0);
	#sizeBytes = 0;

	get sizeBytes(): number {
		return this.#sizeBytes;
	}

	/** Puts bytes at an offset; where that is beyond the end, zeros fill the gap. */
	put(offset: number, bytes: Uint8Array): void {
		const endsAt = offset + bytes.length;
		if (endsAt > this.#bytes.length) {
			const larger = new Uint8Array(Math.max(endsAt, this.#bytes.length * 2, 256));
			larger.set(this.#bytes.subarray(0, this.#sizeBytes));
			this.#bytes = larger;
		}
		this.#bytes.set(bytes, offset);
		this.#sizeBytes = Math.max(this.#sizeBytes, endsAt);
	}

	cut(sizeBytes: number): void {
		if (sizeBytes >= this.#sizeBytes) return;
		// What a later gap uncovers is zeros, not what once stood there.
		this.#bytes.fill(0, sizeBytes, this.#sizeBytes);
		this.#sizeBytes = sizeBytes;
	}

	/** A copy; shorter where the content ends. */
	read(offset: number, length: number): Uint8Array {
		return this.#bytes.slice(offset, Math.min(offset + length, this.#sizeBytes));
	}

	/** Becomes a copy of another one. */
	become(other: FileContent): void {
		this.#bytes = other.read(0, other.sizeBytes);
		this.#sizeBytes = other.sizeBytes;
	}
}
