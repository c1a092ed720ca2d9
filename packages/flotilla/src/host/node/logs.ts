import { type DestinationStream, destination, type Logger, pino } from 'pino';
import { limits } from '../../limits.ts';
import type { LogLevel, LogRecord, LogSink } from '../logs.ts';
import { holdEnd, releaseEnd } from './end-process.ts';
import { shortenRecord } from './shorten-record.ts';

/** The names that a line begins with. A field under one of them would give the line two of it. */
const reserved = ['level', 'time', 'message'] as const;

const rank: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export interface NodeLogsOptions {
	/** Where the lines go; 2, standard error, when absent. Open until the process ends. */
	readonly fileDescriptor?: number;
	/** Records below it are left out; `info` when absent. */
	readonly level?: LogLevel;
}

/**
 * One JSON object a line, written by pino: `level`, `time` (RFC 3339), `message`, then the fields.
 * Writing happens beside the event loop, and the rest at the exit of the process.
 */
export class NodeLogs implements LogSink {
	readonly #rank: number;
	readonly #pino: Logger;
	readonly #destination: ReturnType<typeof destination>;
	#record: LogRecord | undefined;
	#unwrittenBytes = 0;
	#dropped = 0;
	#broken = false;
	/** Nothing has left the process since a flush has waited in vain. */
	#stalled = false;
	readonly #flushes = new Set<() => void>();

	constructor({ fileDescriptor = 2, level = 'info' }: NodeLogsOptions = {}) {
		this.#rank = rank[level];
		this.#destination = destination({ dest: fileDescriptor, sync: false });
		this.#destination.on('write', (bytes: number) => this.#onWritten(bytes));
		this.#destination.on('error', () => this.#onBroken());
		const stream: DestinationStream = { write: (line) => this.#send(line) };
		const options = {
			level,
			base: null,
			messageKey: 'message',
			timestamp: () => `,"time":"${timestamp(this.#record?.timeMs)}"`,
			formatters: { level: (label: string) => ({ level: label }) },
		};
		this.#pino = pino(options, stream);
	}

	write(record: LogRecord): void {
		if (rank[record.level] < this.#rank) return;
		this.#record = record;
		try {
			// As a field, the message stands before the others, where people look for it.
			this.#pino[record.level]({ message: record.message, ...renamed(record.fields) });
		} catch {
			// A field that throws when it is read. The message is worth more than the reason.
			this.#record = { ...record, fields: {} };
			this.#pino[record.level]({ message: record.message, fields_unreadable: true });
		}
		this.#record = undefined;
	}

	flush(): Promise<void> {
		// A reader that is gone or stands still will not take the rest: waiting for it would hold up the
		// shutdown.
		const isOver = this.#unwrittenBytes === 0 || this.#broken || this.#stalled;
		if (isOver) return Promise.resolve();
		return new Promise((resolve) => {
			const end = (): void => {
				clearTimeout(timer);
				resolve();
			};
			const timer = setTimeout(() => {
				this.#stalled = true;
				this.#flushes.delete(end);
				resolve();
			}, limits.logFlushMs);
			this.#flushes.add(end);
		});
	}

	#send(line: string): void {
		let text = line;
		let bytes = Buffer.byteLength(text);
		if (bytes > limits.logLineBytes && this.#record !== undefined) {
			const record = { ...this.#record, fields: renamed(this.#record.fields) };
			text = shortenRecord(record, timestamp(record.timeMs), bytes);
			bytes = Buffer.byteLength(text);
		}
		if (this.#unwrittenBytes + bytes > limits.logBytesWaiting) {
			this.#dropped += 1;
			return;
		}
		try {
			this.#destination.write(text);
			this.#unwrittenBytes += bytes;
			if (!this.#broken) holdEnd(this);
		} catch {
			// pino has ended the destination, because the process is about to exit.
			this.#dropped += 1;
		}
	}

	#onWritten(bytes: number): void {
		this.#broken = false;
		this.#stalled = false;
		this.#unwrittenBytes = Math.max(0, this.#unwrittenBytes - bytes);
		if (this.#dropped > 0 && this.#unwrittenBytes < limits.logBytesWaiting / 2)
			this.#reportDropped();
		if (this.#unwrittenBytes === 0) {
			releaseEnd(this);
			this.#endFlushes();
		}
	}

	#reportDropped(): void {
		const dropped = this.#dropped;
		this.#dropped = 0;
		this.write({
			timeMs: Date.now(),
			level: 'warn',
			message: 'Log records were dropped: whoever reads the log is too slow.',
			fields: { dropped },
		});
	}

	#onBroken(): void {
		this.#broken = true;
		releaseEnd(this);
		this.#endFlushes();
	}

	#endFlushes(): void {
		for (const end of this.#flushes) end();
		this.#flushes.clear();
	}
}

/** The fields, with those under a reserved name moved to `fields.NAME`. */
function renamed(fields: LogRecord['fields']): LogRecord['fields'] {
	if (!reserved.some((name) => Object.hasOwn(fields, name))) return fields;
	return Object.fromEntries(
		Object.entries(fields).map(([name, value]) =>
			reserved.some((one) => one === name) ? [`fields.${name}`, value] : [name, value],
		),
	);
}

function timestamp(timeMs = Number.NaN): string {
	const date = new Date(timeMs);
	return Number.isNaN(date.getTime()) ? 'invalid' : date.toISOString();
}
