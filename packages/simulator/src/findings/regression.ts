import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './investigate.ts';

/** A finding to be replayed for ever: JSON in `regressions/` beside the scenario. */
export interface Regression {
	readonly version: 1;
	/** The name of the simulation. */
	readonly simulation: string;
	readonly seed: number;
	/** The faults that it takes, by their ids. */
	readonly only: readonly string[];
	/** What was found, for whoever reads the file. */
	readonly found: { readonly kind: string; readonly name: string; readonly message: string };
}

const VERSION = 1;

/** Saves a finding. @returns The path of the file. */
export function saveRegression(folder: string, simulation: string, finding: Finding): string {
	const { seed, only, failure } = finding;
	const { kind, name, message } = failure;
	const regression: Regression = {
		version: VERSION,
		simulation,
		seed,
		only,
		found: { kind, name, message },
	};
	const text = `${JSON.stringify(regression, null, '\t')}\n`;
	const digest = createHash('sha256').update(only.join('\n')).digest('hex').slice(0, 6);
	const path = join(folder, `${slug(`${simulation} ${failure.name}`)}-${seed}-${digest}.json`);
	mkdirSync(folder, { recursive: true });
	writeFileSync(path, text);
	return path;
}

/**
 * The regressions in a folder that belong to a simulation, in the order of their names; none when there
 * is no such folder.
 *
 * @throws {TypeError} A file cannot be read as one, or was written by a newer version.
 */
export function readRegressions(folder: string, simulation: string): readonly Regression[] {
	return namesIn(folder)
		.map((name) => readRegression(join(folder, name)))
		.filter((regression) => regression.simulation === simulation);
}

function namesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder)
			.filter((name) => name.endsWith('.json'))
			.sort();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}

/** @throws {TypeError} The file cannot be read as a regression, or was written by a newer version. */
export function readRegression(path: string): Regression {
	let value: Partial<Regression>;
	try {
		value = JSON.parse(readFileSync(path, 'utf8')) as Partial<Regression>;
	} catch (error) {
		throw new TypeError(`${path} is no regression: ${(error as Error).message}`);
	}
	if (value.version !== VERSION) {
		throw new TypeError(
			`${path} has the version ${value.version}; this simulator reads ${VERSION}.`,
		);
	}
	const { simulation, seed, only } = value;
	const isWhole =
		typeof simulation === 'string' && Number.isSafeInteger(seed) && Array.isArray(only);
	if (!isWhole) throw new TypeError(`${path} is no regression: something is missing.`);
	return value as Regression;
}

function slug(text: string): string {
	return text
		.toLowerCase()
		.replaceAll(/[^a-z0-9]+/g, '-')
		.replaceAll(/^-|-$/g, '')
		.slice(0, 60);
}
