import type { Clock } from '../host/clock.ts';
import type { RandomSource } from '../host/random.ts';

/** A UUID of version 7 (RFC 9562): sorts by the millisecond in which it was made. */
export function uuidV7(clock: Clock, random: RandomSource): string {
	const time = Math.max(0, Math.floor(clock.wallMs())).toString(16).padStart(12, '0');
	const a = hex(random.uint32() & 0xfff, 3);
	const b = hex(0x8000 | (random.uint32() & 0x3fff), 4);
	const c = hex(random.uint32(), 8) + hex(random.uint32() & 0xffff, 4);
	return `${time.slice(0, 8)}-${time.slice(8)}-7${a}-${b}-${c}`;
}

/** The moment a UUIDv7 was made, in milliseconds since 1970; `undefined` for any other text. */
export function timeOfUuidV7(text: string): number | undefined {
	const match = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.exec(
		text,
	);
	return match === null ? undefined : Number.parseInt(`${match[1]}${match[2]}`, 16);
}

function hex(value: number, digits: number): string {
	return (value >>> 0).toString(16).padStart(digits, '0');
}
