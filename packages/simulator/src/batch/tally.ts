import { neverHappened } from '../simulation/seeds.ts';
import type { NeverHappened, SeedRun, SimulationName } from './batch.ts';

/** What the runs of a batch add up to: it takes no more room for more runs. */
export class Tally {
	#runs = 0;
	#events = 0;
	#virtualMs = 0;
	readonly #sometimes = new Map<SimulationName, Record<string, number>>();

	add({ simulation, report }: SeedRun): void {
		this.#runs++;
		if (report === undefined) return;
		this.#events += report.events;
		this.#virtualMs += report.virtualMs;
		const sums = this.#sometimes.get(simulation) ?? {};
		this.#sometimes.set(simulation, sums);
		for (const [name, count] of Object.entries(report.sometimes)) {
			sums[name] = (sums[name] ?? 0) + count;
		}
	}

	get sums(): { readonly runs: number; readonly events: number; readonly virtualMs: number } {
		return { runs: this.#runs, events: this.#events, virtualMs: this.#virtualMs };
	}

	neverIn(simulation: SimulationName): readonly NeverHappened[] {
		const sometimes = this.#sometimes.get(simulation) ?? {};
		return neverHappened([{ sometimes }]).map((name) => ({ simulation, name }));
	}
}
