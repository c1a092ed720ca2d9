import type { BatchFinding, BatchResult, SeedRun, SimulationName } from '@flotilla/simulator';
import { shownPath } from '../terminal/shown-path.ts';
import type { SimArguments } from './command.ts';
import { replayLine } from './replay-line.ts';
import type { SimRequest } from './request.ts';
import { type SavedFinding, saveFinding } from './saved-finding.ts';
import type { View } from './view.ts';

/** A batch for a program. The names of the fields are promised by docs/reference/commands.md. */
export class JsonLines implements View {
	readonly #request: SimRequest;
	readonly #typed: SimArguments;
	readonly #saved = new Map<BatchFinding, SavedFinding>();

	constructor(request: SimRequest, typed: SimArguments) {
		this.#request = request;
		this.#typed = typed;
	}

	ran({ simulation, seed, regression, failures, report }: SeedRun): void {
		print({
			...placeOf(simulation),
			seed,
			regression: regression === undefined ? null : shownPath(regression),
			traceHash: report?.traceHash ?? null,
			events: report?.events ?? 0,
			virtualMs: report?.virtualMs ?? 0,
			realMs: report?.realMs ?? 0,
			failures,
			sometimes: report?.sometimes ?? {},
		});
	}

	found(finding: BatchFinding): void {
		const saved = this.#request.saves ? saveFinding(finding, this.#typed) : undefined;
		if (saved !== undefined) this.#saved.set(finding, saved);
	}

	output(text: string): void {
		process.stderr.write(text);
	}

	ended(result: BatchResult): void {
		const { simulations, findings, never, neverCounts, ...sums } = result;
		const { seeds } = this.#request.batch;
		print({
			summary: {
				simulations: simulations.map(placeOf),
				firstSeed: seeds[0],
				lastSeed: seeds.at(-1),
				...sums,
				findings: findings.map((finding) => this.#found(finding)),
				never: never.map(({ simulation, name }) => ({ ...placeOf(simulation), name })),
				neverIsFinding: neverCounts,
			},
		});
	}

	abandoned(): void {}

	#found(finding: BatchFinding): object {
		const { simulation, investigated, failure, seed, otherSeeds, regression, remark } = finding;
		const saved = this.#saved.get(finding);
		return {
			...placeOf(simulation),
			seed,
			otherSeeds,
			hasComeBack: regression !== undefined,
			failure: investigated?.failure ?? failure,
			faults: investigated?.faults ?? [],
			only: investigated?.only ?? null,
			remark: remark ?? null,
			replay: replayLine(finding, this.#typed),
			regression: saved?.regression ?? (regression === undefined ? null : shownPath(regression)),
			diagrams: saved?.diagrams ?? [],
		};
	}
}

function placeOf({ file, name }: SimulationName): {
	readonly simulation: string;
	readonly file: string;
} {
	return { simulation: name, file: shownPath(file) };
}

function print(value: object): void {
	console.log(JSON.stringify(value));
}
