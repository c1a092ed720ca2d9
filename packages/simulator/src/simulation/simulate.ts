import type { Scenario } from '../scenario/scenario.ts';
import { type AppUrl, checkOptions, type SimulateOptions } from './options.ts';
import type { Report } from './report.ts';
import { runOnce } from './run.ts';

/**
 * Runs the services of an app, unchanged, in a simulated world whose network, machines, disks and clocks
 * fail; everything follows from the seed.
 *
 * @param app `import.meta.resolve('./app.ts')`, of a module whose default export is the app; or two
 *   versions: the fleet starts with the old one, and its processes change to the new one while it runs.
 * @param scenario What happens, and what must be true.
 * @returns What was found. A failure is an entry in `failures`, not an exception.
 * @throws {TypeError} The options are wrong, or the module has no app.
 * @example
 * const report = await simulate(import.meta.resolve('./app.ts'), { seed: 42 }, async (world) => {
 *   const greeter = world.client(Greeter);
 *   const { text } = await greeter.greet({ name: 'Ada' });
 *   world.sometimes('somebody was greeted', text !== '');
 * });
 */
export async function simulate(
	app: AppUrl,
	options: SimulateOptions,
	scenario: Scenario,
): Promise<Report> {
	checkOptions(options);
	const before = turn;
	let end = (): void => {};
	turn = new Promise((resolve) => {
		end = resolve;
	});
	// One after another: the globals of a thread belong to one run at a time.
	await before;
	try {
		return await runOnce(app, options, scenario);
	} finally {
		end();
	}
}

let turn: Promise<void> = Promise.resolve();
