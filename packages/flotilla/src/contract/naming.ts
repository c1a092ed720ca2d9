import { refuseContract } from './refusal.ts';

export const memberNameRule = 'camelCase of at most 40 characters that no object has by itself';

/**
 * Whether an operation, event or error may have this name: they become members of clients and
 * handlers, where `toString` and the like would be found without having been written.
 */
export function isMemberName(name: string): boolean {
	return /^[a-z][A-Za-z0-9]{0,39}$/.test(name) && !(name in Object.prototype);
}

/**
 * The compiler lets unknown keys of a contract pass, because it infers the type from them.
 *
 * @throws {FlotillaError} `FLOTILLA_CONTRACT_INVALID`
 */
export function refuseUnknownKeys(place: string, given: object, known: readonly string[]): void {
	const unknown = Object.keys(given).find((key) => !known.includes(key));
	if (unknown === undefined) return;
	refuseContract(`${place} is refused: it has the unknown key '${unknown}'.`);
}
