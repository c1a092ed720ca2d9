import { isSimulation, type Simulation } from '../simulation/simulation.ts';

/** The simulations that a module exports: its default export, named ones, and those in arrays. */
export function simulationsIn(module: Readonly<Record<string, unknown>>): readonly Simulation[] {
	// The same one may be exported under two names.
	return [...new Set(Object.values(module).flat().filter(isSimulation))];
}
