import {
	type BatchFinding,
	type BatchResult,
	findingText,
	type SeedRun,
	type SimulationName,
} from '@flotilla/simulator';
import { readableColumnsOf } from '../terminal/columns.ts';
import { paint } from '../terminal/paint.ts';
import { Progress, type ProgressState } from '../terminal/progress.ts';
import { duration, quantity, rate } from '../terminal/quantity.ts';
import { shownPath } from '../terminal/shown-path.ts';
import type { SimArguments } from './command.ts';
import { replayLine } from './replay-line.ts';
import type { SimRequest } from './request.ts';
import { type SavedFinding, saveFinding } from './saved-finding.ts';
import type { View } from './view.ts';

const SEEDS_SHOWN = 8;
const RUNS_THAT_TELL = 3;

/** A batch for a person: a progress line, each finding as soon as it is understood, and a summary. */
export class TextView implements View {
	readonly #request: SimRequest;
	readonly #typed: SimArguments;
	readonly #startedMs = performance.now();
	readonly #progress = new Progress(() => this.#state());
	#planned = 0;
	#runs = 0;
	#virtualMs = 0;
	/** What has failed so far, whether it is understood or not. */
	readonly #failed = new Set<string>();
	#shrinking = '';

	constructor(request: SimRequest, typed: SimArguments) {
		this.#request = request;
		this.#typed = typed;
	}

	planned(simulations: readonly SimulationName[], runs: number): void {
		const { seeds } = this.#request.batch;
		this.#planned = runs;
		const [first, last] = [seeds[0], seeds.at(-1)];
		const which = first === last ? `seed ${first}` : `seeds ${first} to ${last}`;
		const earlier = runs - simulations.length * seeds.length;
		const also = earlier === 0 ? '' : `, after ${quantity(earlier, 'earlier finding')}`;
		this.#progress.around(() => {
			console.log(`${quantity(simulations.length, 'simulation')}, ${which}${also}`);
		});
	}

	ran({ simulation, failures: [failure], report }: SeedRun): void {
		this.#runs++;
		if (failure !== undefined) {
			this.#failed.add(JSON.stringify([simulation, failure.kind, failure.name]));
		}
		this.#virtualMs += report?.virtualMs ?? 0;
	}

	shrinking({ seed }: BatchFinding, tries: number, faults: number): void {
		this.#shrinking = `shrinking seed ${seed}: try ${tries}, ${quantity(faults, 'fault')}`;
	}

	found(finding: BatchFinding): void {
		this.#shrinking = '';
		const saved = this.#request.saves ? saveFinding(finding, this.#typed) : undefined;
		this.#progress.around(() => console.log(`\n${this.#textOf(finding, saved)}`));
	}

	output(text: string): void {
		this.#progress.around(() => process.stderr.write(text));
	}

	ended(result: BatchResult): void {
		this.#progress.end();
		console.log(`\n${summaryOf(result, this.#planned)}`);
	}

	abandoned(): void {
		this.#progress.end();
	}

	#state(): ProgressState {
		const seconds = (performance.now() - this.#startedMs) / 1_000;
		const share = this.#planned === 0 ? 0 : this.#runs / this.#planned;
		const parts = [`${this.#runs}/${this.#planned} runs`];
		if (this.#shrinking !== '') parts.push(this.#shrinking);
		// The first runs also load the code: what they took says little.
		else if (share < 1 && this.#runs >= RUNS_THAT_TELL) {
			parts.push(`${duration((seconds / share - seconds) * 1_000)} left`);
		}
		parts.push(
			quantity(this.#failed.size, 'finding'),
			`${rate(this.#runs / seconds)} a second`,
			`${rate(this.#virtualMs / 1_000 / seconds)}x real time`,
		);
		return { share, parts };
	}

	#textOf(finding: BatchFinding, saved: SavedFinding | undefined): string {
		const [first = '', ...body] = bodyOf(finding).split('\n');
		const lines = [paint(['red', 'bold'], first), ...body, ''];
		if (finding.remark !== undefined) lines.push(`  ${paint('yellow', finding.remark)}`);
		if (finding.regression !== undefined) lines.push('  An earlier finding, which has come back.');
		lines.push(`  Replay:  ${replayLine(finding, this.#typed)}`);
		if (saved === undefined) return lines.join('\n');
		const { regression, diagrams } = saved;
		lines.push(`  Shrunk:  npx flotilla sim ${regression} --trace`);
		lines.push(...diagrams.map((diagram) => `  Diagram: ${diagram}`));
		return lines.join('\n');
	}
}

function bodyOf({ simulation, seed, failure, investigated }: BatchFinding): string {
	if (investigated !== undefined) {
		return findingText(simulation.name, investigated, readableColumnsOf(process.stdout));
	}
	const { kind, name, message } = failure;
	return `${simulation.name}: ${kind}: ${name}\n  ${message.replaceAll('\n', '\n  ')}\n  seed ${seed}`;
}

function summaryOf(result: BatchResult, planned: number): string {
	const { runs, findings, never, neverCounts, events, virtualMs, realMs, isStopped } = result;
	const done = isStopped
		? `Stopped after ${runs} of ${quantity(planned, 'run')}`
		: quantity(runs, 'run');
	const lines = [
		`${done} in ${duration(realMs)}: ` +
			`${quantity(events, 'event')}, ${rate(virtualMs / realMs)}x real time`,
	];
	if (findings.length > 0) {
		lines.push(paint('red', quantity(findings.length, 'finding')), ...findings.map(lineOf));
	} else {
		lines.push(paint(isStopped ? 'yellow' : 'green', `Nothing found${isStopped ? ' so far' : ''}`));
	}
	if (never.length > 0) {
		const colour = neverCounts ? 'red' : 'yellow';
		lines.push(paint(colour, 'Never happened, so it was not tested:'));
		lines.push(...never.map(({ simulation, name }) => `  ${simulation.name}: ${name}`));
	}
	return lines.join('\n');
}

function lineOf({ simulation, seed, otherSeeds, failure }: BatchFinding): string {
	const where = `${shownPath(simulation.file)}, ${simulation.name}`;
	return `  ${failure.kind}: ${failure.name}  (${where}; ${seedsText(seed, otherSeeds)})`;
}

function seedsText(seed: number, others: readonly number[]): string {
	if (others.length === 0) return `seed ${seed}`;
	const shown = [seed, ...others].slice(0, SEEDS_SHOWN).join(', ');
	const rest = others.length + 1 - SEEDS_SHOWN;
	return `seeds ${shown}${rest > 0 ? ` and ${rest} more` : ''}`;
}
