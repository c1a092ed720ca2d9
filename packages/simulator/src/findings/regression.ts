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
	/** The faults that it takes, by their ids; absent: all that the seed chooses. */
	readonly only?: readonly string[];
	/** How long faults strike, in virtual milliseconds, where it is not what the simulation says. */
	readonly forMs?: number;
	/** What was found, for whoever reads the file. */
	readonly found: { readonly kind: string; readonly name: string; readonly message: string };
}

/** A regression that was read from a folder. */
export interface SavedRegression extends Regression {
	/** Of its file. */
	readonly path: string;
}

const VERSION = 1;

/**
 * Saves a finding.
 *
 * @param runOptions How its run differed from what the simulation says.
 * @returns The path of the file.
 */
export function saveRegression(
	folder: string,
	simulation: string,
	finding: Finding,
	{ forMs }: Pick<Regression, 'forMs'> = {},
): string {
	const { seed, only, failure } = finding;
	const { kind, name, message } = failure;
	const regression: Regression = {
		version: VERSION,
		simulation,
		seed,
		...(only !== undefined && { only }),
		...(forMs !== undefined && { forMs }),
		found: { kind, name, message },
	};
	const text = `${JSON.stringify(regression, null, '\t')}\n`;
	const digest = createHash('sha256')
		.update((only ?? ['all']).join('\n'))
		.digest('hex')
		.slice(0, 6);
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
export function readRegressions(folder: string, simulation: string): readonly SavedRegression[] {
	return namesIn(folder)
		.map((name) => join(folder, name))
		.map((path) => ({ ...readRegression(path), path }))
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

/** The options that replay a regression. */
export function replayOptionsOf({
	seed,
	only,
	forMs,
}: Regression): Pick<Regression, 'seed' | 'only' | 'forMs'> {
	return {
		seed,
		...(only !== undefined && { only }),
		...(forMs !== undefined && { forMs }),
	};
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
	const { simulation, seed, only = [], forMs = 0 } = value;
	const isWhole =
		typeof simulation === 'string' &&
		Number.isSafeInteger(seed) &&
		Number.isSafeInteger(forMs) &&
		Array.isArray(only);
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
