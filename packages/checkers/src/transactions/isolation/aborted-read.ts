import { timelineOf } from '../../explanation/timeline.ts';
import type { Verdict } from '../../verdict.ts';
import { violation } from '../../violation.ts';
import { describeTransaction, type ReadWriteOperation } from '../transaction.ts';

/**
 * A read of what a transaction wrote that failed: G1a, which no level allows. `sessionsOf` leaves out
 * what failed, so that afterwards nobody would seem to have written the value.
 *
 * @returns a violation, or undefined where there is no such read
 */
export function abortedRead(history: readonly ReadWriteOperation[]): Verdict | undefined {
	const written = new Map<string, ReadWriteOperation>();
	for (const operation of history) {
		for (const [kind, key, value] of operation.input) {
			const name = JSON.stringify([key, value]);
			// What also somebody else wrote, who did not fail, can have been read from that one.
			const isFailed = operation.outcome === 'failed' && !written.has(name);
			if (kind === 'w' && (isFailed || operation.outcome !== 'failed'))
				written.set(name, operation);
		}
	}
	for (const reader of history) {
		if (reader.outcome !== 'ok') continue;
		for (const [kind, key, value] of reader.output ?? []) {
			const writer = written.get(JSON.stringify([key, value]));
			if (kind !== 'r' || writer?.outcome !== 'failed') continue;
			const tell = ({ input, output }: ReadWriteOperation): string =>
				describeTransaction(output ?? input);
			const lines = [
				`process ${writer.process} failed: ${tell(writer)}`,
				`process ${reader.process} read that: ${tell(reader)}`,
			];
			const summary = `process ${reader.process} read ${value} of key ${key} from a transaction that failed`;
			return violation(
				'G1a',
				summary,
				lines,
				timelineOf([writer, reader], tell, new Set([reader])),
			);
		}
	}
	return undefined;
}
