/**
 * The same memory as a plain `Uint8Array`. What comes out of the seam is never a `Buffer`, whose
 * `slice` shares where that of a `Uint8Array` copies, and whose `toString` and JSON form differ:
 * code that leans on either would work here and break in a simulation.
 */
export function plainBytes(buffer: Uint8Array): Uint8Array {
	return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
