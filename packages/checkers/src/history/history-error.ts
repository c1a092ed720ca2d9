/** A history that cannot be judged, because it cannot be read or contradicts itself. */
export class HistoryError extends Error {
	readonly code = 'FLOTILLA_HISTORY_UNREADABLE';
	readonly effect = 'none';
	/** Of the text that was read, from 1; undefined for a history that never was a text. */
	readonly line: number | undefined;
	/** Of the history, from 0, where one operation is to blame that was not read from a text. */
	readonly operation: number | undefined;

	constructor(problem: string, line?: number, operation?: number) {
		super(line === undefined ? problem : `line ${line}: ${problem}`);
		this.name = 'HistoryError';
		this.line = line;
		this.operation = operation;
	}
}

/** Whether an error says that a history cannot be read, by its code. */
export function isHistoryError(error: unknown): error is HistoryError {
	return (error as Partial<HistoryError> | null)?.code === 'FLOTILLA_HISTORY_UNREADABLE';
}
