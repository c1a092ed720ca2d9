import type { Value } from './model.ts';

/** 32 bits that depend on all bits of both. */
export function mix(seed: number, word: number): number {
	let hash = Math.imul(seed ^ word, 0x9e3779b1);
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	return hash ^ (hash >>> 13);
}

/** FNV-1a over the characters, mixed at the end. */
export function hashText(text: string): number {
	let hash = 0x811c9dc5;
	for (let index = 0; index < text.length; index++) {
		hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
	}
	return mix(hash, text.length);
}

export function hashValue(value: Value): number {
	if (typeof value === 'number') return mix(Math.trunc(value) | 0, 1);
	if (typeof value === 'string') return hashText(value);
	return value === null ? 2 : value ? 3 : 4;
}
