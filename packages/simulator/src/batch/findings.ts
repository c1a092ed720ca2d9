import type { Finding } from '../findings/investigate.ts';
import { limits } from '../limits.ts';
import type { Failure } from '../scenario/assertions.ts';
import type { BatchFinding, SeedRun, SimulationName } from './batch.ts';

/** A finding about which more becomes known. */
export interface OpenFinding extends BatchFinding {
	readonly otherSeeds: number[];
	investigated?: Finding;
	remark?: string;
}

/** What a batch has found: the same failure of a simulation counts once, whatever its seeds. */
export class Findings {
	readonly #findings = new Map<string, OpenFinding>();

	get count(): number {
		return this.#findings.size;
	}

	add(
		{ simulation, seed, regression }: SeedRun,
		failure: Failure,
	): { readonly finding: OpenFinding; readonly isNew: boolean } {
		const key = JSON.stringify([simulation.file, simulation.name, failure.kind, failure.name]);
		const known = this.#findings.get(key);
		if (known !== undefined) {
			const isKept = seed === known.seed || known.otherSeeds.includes(seed);
			if (!isKept && known.otherSeeds.length < limits.seedsOfFinding) known.otherSeeds.push(seed);
			return { finding: known, isNew: false };
		}
		const earlier = regression === undefined ? {} : { regression };
		const finding: OpenFinding = { simulation, seed, otherSeeds: [], failure, ...earlier };
		this.#findings.set(key, finding);
		return { finding, isNew: true };
	}

	/** By simulation, then by seed: the order in which threads ended does not matter. */
	inOrderOf(simulations: readonly SimulationName[]): readonly BatchFinding[] {
		const place = ({ simulation, seed }: BatchFinding) => ({
			simulation: simulations.indexOf(simulation),
			seed,
		});
		for (const { otherSeeds } of this.#findings.values()) otherSeeds.sort((one, two) => one - two);
		return [...this.#findings.values()].sort((left, right) => {
			const [one, other] = [place(left), place(right)];
			return one.simulation - other.simulation || one.seed - other.seed;
		});
	}
}
