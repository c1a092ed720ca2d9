import type { Scenario } from '../scenario/scenario.ts';
import type { AppUrl, SimulateOptions } from './options.ts';

/** What a simulation says of itself; who runs it chooses the seed and what to keep. */
export type SimulationOptions = Omit<
	SimulateOptions,
	'seed' | 'only' | 'entries' | 'replacements' | 'drain'
>;

/** A named scenario with its app: what a file `*.sim.ts` exports and `flotilla sim` runs. */
export interface Simulation {
	readonly [brand]: true;
	readonly name: string;
	readonly app: AppUrl;
	readonly options: SimulationOptions;
	readonly scenario: Scenario;
}

/** Two copies of this module may meet, so a symbol of the registry, not a class, tells. */
const brand: unique symbol = Symbol.for('flotilla.simulation');

/**
 * Names a scenario, so that `flotilla sim` and `simTest` can run it. Export it from a file `*.sim.ts`.
 *
 * @param app See `simulate`.
 * @example
 * export default simulation('greetings', import.meta.resolve('./app.ts'), { instances: 3 }, async (world) => {
 *   await world.client(Greeter).greet({ name: 'Ada' });
 * });
 */
export function simulation(
	name: string,
	app: AppUrl,
	options: SimulationOptions,
	scenario: Scenario,
): Simulation {
	return Object.freeze({ [brand]: true, name, app, options, scenario } as const);
}

/** Whether a value is a simulation, also one of another copy of this module. */
export function isSimulation(value: unknown): value is Simulation {
	return (value as Partial<Simulation> | null | undefined)?.[brand] === true;
}
