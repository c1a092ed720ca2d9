/**
 * Where log records go, one after another. Never throws and never waits: a record that is too long is
 * shortened, and when too much waits to leave, records are dropped and counted.
 */
export interface LogSink {
	write(record: LogRecord): void;
	/**
	 * Resolves when what was written so far has left the process, or when whoever reads it has stood
	 * still for a while.
	 */
	flush(): Promise<void>;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogRecord {
	/** Wall clock, milliseconds since 1970. */
	readonly timeMs: number;
	readonly level: LogLevel;
	readonly message: string;
	/** JSON values only. Names are snake_case, after OpenTelemetry where it has one. */
	readonly fields: Readonly<Record<string, unknown>>;
}
