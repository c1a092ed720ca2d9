import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
	type BatchFinding,
	saveRegression,
	sequenceOf,
	toMermaid,
	toSvg,
} from '@flotilla/simulator';
import { shownPath } from '../terminal/shown-path.ts';
import type { SimArguments } from './command.ts';

/** Where a finding was written. Paths as one would type them here. */
export interface SavedFinding {
	/** Replayed first from now on. */
	readonly regression: string;
	readonly diagrams: readonly string[];
}

const FOLDER = '.flotilla/findings';

/** Writes a finding into files; `undefined`: it is saved already, or could not be shrunk. */
export function saveFinding(
	finding: BatchFinding,
	{ for: forMs }: SimArguments,
): SavedFinding | undefined {
	const { simulation, investigated, regression } = finding;
	if (investigated === undefined || regression !== undefined) return undefined;
	const beside = fileURLToPath(new URL('regressions/', simulation.file));
	const path = saveRegression(beside, simulation.name, investigated, {
		...(forMs !== undefined && { forMs }),
	});
	const sequence = sequenceOf(investigated);
	mkdirSync(FOLDER, { recursive: true });
	const picture = join(FOLDER, basename(path, '.json'));
	const files = { [`${picture}.svg`]: toSvg(sequence), [`${picture}.mmd`]: toMermaid(sequence) };
	for (const [file, text] of Object.entries(files)) writeFileSync(file, text);
	return { regression: shownPath(path), diagrams: Object.keys(files) };
}
