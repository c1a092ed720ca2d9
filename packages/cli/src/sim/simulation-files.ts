import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Regression, readRegression } from '@flotilla/simulator';
import { shownPath } from '../terminal/shown-path.ts';
import { UsageError } from '../usage-error.ts';

const SIMULATION = /\.sim\.(ts|mts|js|mjs)$/;
const SKIPPED = new Set(['node_modules', 'dist']);

/** What a path stands for. */
export interface Target {
	/** `file:` URLs. */
	readonly files: readonly string[];
	/** The path is that of an earlier finding, which is replayed. */
	readonly regression?: Regression;
}

/**
 * Finds what is to be run: all `*.sim.ts` below a folder, one file, or the simulation of a saved finding.
 *
 * @throws {UsageError} There is nothing of the kind.
 */
export function findTarget(path: string): Target {
	const whole = resolve(path);
	if (isFolder(whole, path)) {
		const files = [...simulationsBelow(whole)];
		if (files.length === 0)
			throw new UsageError(`There is no *.sim.ts below ${path}.\n\n${EXAMPLE}`);
		return { files: files.map(urlOf) };
	}
	return whole.endsWith('.json') ? targetOfRegression(whole) : { files: [urlOf(whole)] };
}

/** How to write one, for whoever has none yet. */
export const EXAMPLE = `A simulation is an export of a file such as orders.sim.ts:

  import { simulation } from '@flotilla/simulator';
  import { Orders } from './contracts/orders.ts';

  export default simulation('orders', import.meta.resolve('./app.ts'), {}, async (world) => {
    const orders = world.client(Orders);
    const order = await world.insist(() => orders.place({ lines: [] }, { idempotencyKey: 'k1' }));
    world.eventually('the order is there', async () => {
      if (world.rows('orders')\`select id from orders\`.length !== 1) throw new Error(order.id);
    });
  });`;

function isFolder(whole: string, path: string): boolean {
	try {
		return statSync(whole).isDirectory();
	} catch {
		throw new UsageError(`There is no file or folder ${path}.`);
	}
}

function* simulationsBelow(folder: string): Generator<string> {
	const entries = readdirSync(folder, { withFileTypes: true });
	for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
		if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue;
		const path = join(folder, entry.name);
		if (entry.isDirectory()) yield* simulationsBelow(path);
		else if (SIMULATION.test(entry.name)) yield path;
	}
}

/** A finding is saved in `regressions/` beside the file with its simulation. */
function targetOfRegression(path: string): Target {
	let regression: Regression;
	try {
		regression = readRegression(path);
	} catch (error) {
		throw new UsageError((error as Error).message);
	}
	const folder = dirname(dirname(path));
	const files = readdirSync(folder)
		.filter((name) => SIMULATION.test(name))
		.map((name) => urlOf(join(folder, name)));
	if (files.length > 0) return { files, regression };
	throw new UsageError(
		`${basename(path)} belongs to a simulation in ${shownPath(folder)}, where there is no *.sim.ts.`,
	);
}

function urlOf(path: string): string {
	return pathToFileURL(path).href;
}
