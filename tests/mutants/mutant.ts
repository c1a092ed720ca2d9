import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A bug as somebody might write it: a small change of one file, made in a run only. */
export interface Mutant {
	readonly name: string;
	/** What went wrong in whose head. */
	readonly story: string;
	/** From the root of the repository. */
	readonly file: string;
	/** Each text, which the file has exactly once, and what stands there instead. */
	readonly changes: readonly (readonly [before: string, after: string])[];
	/** Names of the simulations that should find it. */
	readonly simulations: readonly string[];
	/**
	 * It shows only when a seed is run twice: the two runs part. Nothing but determinism itself is
	 * broken.
	 */
	readonly isUnrepeatable?: boolean;
}

const root = new URL('../../', import.meta.url);

/**
 * The changed source, as a simulation takes it.
 *
 * @throws {Error} The file has changed so that the bug no longer fits: adapt it.
 */
export function replacementsOf({ name, file, changes }: Mutant): ReadonlyMap<string, string> {
	const url = new URL(file, root);
	let source = readFileSync(fileURLToPath(url), 'utf8');
	for (const [before, after] of changes) {
		const parts = source.split(before);
		if (parts.length !== 2) {
			throw new Error(
				`The mutant '${name}' does not fit: ${file} has this ${parts.length - 1} times:\n${before}`,
			);
		}
		source = parts.join(after);
	}
	return new Map([[url.href, source]]);
}
