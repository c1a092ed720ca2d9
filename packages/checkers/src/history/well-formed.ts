import { HistoryError } from './history-error.ts';
import type { Operation } from './operation.ts';

/**
 * Refuses a history that no clients can have seen: an answer before its call, an `ok` that never
 * returned, a time that is no number, a process with two operations at once. An operation of unknown
 * outcome may be under way for ever, so it may overlap what its process did later.
 *
 * @throws {HistoryError} that names the operation by its index in the history
 */
export function checkWellFormed(history: readonly Operation[]): void {
	const byProcess = new Map<number | string, number[]>();
	for (const [index, operation] of history.entries()) {
		checkTimes(operation, index);
		const own = byProcess.get(operation.process);
		if (own) own.push(index);
		else byProcess.set(operation.process, [index]);
	}
	for (const own of byProcess.values()) checkOneAtATime(history, own);
}

function checkTimes({ calledAt, returnedAt, outcome }: Operation, index: number): void {
	if (!Number.isFinite(calledAt) || Number.isNaN(returnedAt)) {
		throw new HistoryError(`operation ${index} has a time that is no number`, undefined, index);
	}
	if (returnedAt < calledAt) {
		throw new HistoryError(`operation ${index} returned before it was called`, undefined, index);
	}
	if (outcome === 'ok' && returnedAt === Infinity) {
		throw new HistoryError(`operation ${index} is ok, but never returned`, undefined, index);
	}
}

function checkOneAtATime(history: readonly Operation[], indexes: readonly number[]): void {
	const answered = indexes
		.map((index) => ({ index, operation: history[index] as Operation }))
		.filter(({ operation }) => operation.outcome !== 'unknown')
		.sort((a, b) => compareSpans(a.operation, b.operation));
	for (const [at, { index, operation }] of answered.entries()) {
		const before = answered[at - 1];
		if (before !== undefined && before.operation.returnedAt > operation.calledAt) {
			const { process } = operation;
			const problem = `process ${process} called operation ${index} while its operation ${before.index} was under way`;
			throw new HistoryError(
				`${problem}; one process runs one operation at a time`,
				undefined,
				index,
			);
		}
	}
}

/** By call, then by return: the order in which one process ran its operations. */
export function compareSpans(a: Operation, b: Operation): number {
	if (a.calledAt !== b.calledAt) return a.calledAt - b.calledAt;
	return a.returnedAt === b.returnedAt ? 0 : a.returnedAt - b.returnedAt;
}
