/** Where log records go, one after another. Never throws and never waits. */
export interface LogSink {
	write(record: LogRecord): void;
	/** Resolves when what was written so far has left the process. */
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
