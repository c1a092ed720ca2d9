import type { BatchResult, SeedRun, SimulationName, TraceEntry } from '@flotilla/simulator';
import { paint } from '../terminal/paint.ts';
import { duration, quantity } from '../terminal/quantity.ts';
import { UsageError } from '../usage-error.ts';
import type { SimArguments } from './command.ts';
import type { View } from './view.ts';

/** What stands out in a trace. */
const colourOf: Readonly<Record<string, 'red' | 'yellow' | 'cyan' | 'gray'>> = {
	fault: 'yellow',
	failure: 'red',
	healed: 'cyan',
	timer: 'gray',
	turn: 'gray',
};

/** One run with everything that happens in it, or the same as JSON. */
export class TraceView implements View {
	readonly #json: boolean;

	constructor({ json = false }: SimArguments) {
		this.#json = json;
	}

	planned(simulations: readonly SimulationName[], runs: number): void {
		if (runs === 1) return;
		const names = simulations.map(({ name }) => `'${name}'`).join(', ');
		throw new UsageError(`--trace prints one run: choose one by --simulation: ${names}.`);
	}

	ran({ report, failures, seed }: SeedRun): void {
		if (report !== undefined) this.#entries(report.entries, report.events);
		if (this.#json) return;
		for (const { kind, name, message } of failures) {
			console.log(`\n${paint('red', `${kind}: ${name}`)}\n  ${message.replaceAll('\n', '\n  ')}`);
		}
		if (report === undefined) return;
		const { events, virtualMs, traceHash } = report;
		console.log(
			`\nseed ${seed}: ${quantity(events, 'event')} in ${duration(virtualMs)} of virtual time, trace ${traceHash}`,
		);
	}

	output(text: string): void {
		process.stderr.write(text);
	}

	ended({ isStopped }: BatchResult): void {
		if (isStopped) console.error('Stopped before the run had ended.');
	}

	abandoned(): void {}

	#entries(entries: readonly TraceEntry[], events: number): void {
		if (this.#json) {
			for (const entry of entries) console.log(JSON.stringify(entry));
			return;
		}
		const machineWidth = widthOf(entries.map(({ machine }) => machine));
		const kindWidth = widthOf(entries.map(({ kind }) => kind));
		for (const { atMs, machine, kind, text } of entries) {
			const where = `${stamp(atMs)}  ${machine.padEnd(machineWidth)}  ${kind.padEnd(kindWidth)}`;
			const line = `${where}  ${text.replaceAll('\n', ' ')}`;
			const colour = colourOf[kind];
			console.log(colour === undefined ? line : paint(colour, line));
		}
		if (entries.length === 0) console.log(`Nothing of the ${events} events is told in words.`);
	}
}

function widthOf(words: readonly string[]): number {
	return words.reduce((width, { length }) => Math.max(width, length), 0);
}

/** Virtual time to the microsecond, which is how finely events are ordered. */
function stamp(atMs: number): string {
	return `${atMs.toFixed(3).padStart(12)} ms`;
}
