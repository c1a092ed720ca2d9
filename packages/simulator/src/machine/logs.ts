import type { LogRecord, LogSink } from 'flotilla/adapter';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';

/** A log record and where it was written. */
export interface SimulatedLogRecord extends LogRecord {
	/** Virtual time of the world. */
	readonly atMs: number;
	readonly machine: string;
}

/** The log of all machines: the last records only. */
export class LogBook {
	readonly #kernel: Kernel;
	readonly #limit: number;
	readonly #records: SimulatedLogRecord[] = [];

	/** @param limit How many records to keep. */
	constructor(kernel: Kernel, limit: number) {
		this.#kernel = kernel;
		this.#limit = limit;
	}

	get records(): readonly SimulatedLogRecord[] {
		return this.#records.slice(-this.#limit);
	}

	sinkOf(process: SimulatedProcess): LogSink {
		const { machine } = process;
		return {
			write: (record) => {
				const { level, message, fields } = record;
				this.#kernel.note(machine, 'log', message, () => lineOf(record));
				if (this.#records.length >= this.#limit * 2) this.#records.splice(0, this.#limit);
				const { nowMs: atMs } = this.#kernel;
				this.#records.push({ atMs, machine, timeMs: record.timeMs, level, message, fields });
			},
			flush: () => Promise.resolve(),
		};
	}
}

function lineOf({ level, message, fields }: LogRecord): string {
	const rest = Object.entries(fields)
		.filter(([name]) => name !== 'trace_id' && name !== 'span_id')
		.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
	return [level, message, ...rest].join(' ');
}
