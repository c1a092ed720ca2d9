import { timelineOf } from '../explanation/timeline.ts';
import { either, isNumber, isText, kinds, listOf, oneOf, optional } from '../formats/json-shape.ts';
import type { Operation } from '../history/operation.ts';
import { checkWellFormed, compareSpans } from '../history/well-formed.ts';
import {
	checkSessions,
	SESSION_GUARANTEES,
	type SessionGuarantee,
	type VersionedOperation,
} from '../sessions/check-sessions.ts';
import type { Verdict } from '../verdict.ts';
import { type Verifiable, verifiableFrom } from './verifiable.ts';

export interface SessionInput {
	readonly kind: 'read' | 'write';
	readonly key: string;
}

export const sessionHistories: Verifiable = verifiableFrom({
	name: 'sessions',
	summary: 'the four session guarantees, by the versions that each process wrote and saw',
	json: {
		input: kinds({ read: { key: isText }, write: { key: isText } }),
		output: () => either(isNumber),
		options: { guarantees: optional(listOf(oneOf(...SESSION_GUARANTEES))) },
	},
	check: judgeSessions,
});

/** A session for each process; what was not answered has no version, and says nothing. */
function judgeSessions(
	history: readonly Operation<SessionInput, number>[],
	{ guarantees = SESSION_GUARANTEES }: Readonly<Record<string, unknown>>,
): Verdict {
	checkWellFormed(history);
	const answered = history.filter(({ outcome }) => outcome === 'ok').sort(compareSpans);
	if (answered.length === 0) {
		return { verdict: 'unknown', reason: 'nothing was answered, so nothing can be said' };
	}
	const sessions = Map.groupBy(answered, ({ process }) => process);
	for (const guarantee of guarantees as readonly SessionGuarantee[]) {
		for (const [process, operations] of sessions) {
			const versioned = operations.map(
				({ input, output = 0 }): VersionedOperation => ({ ...input, version: output }),
			);
			const result = checkSessions([versioned], guarantee);
			if (result.verdict !== 'violation') continue;
			const describe = ({ input, output }: (typeof answered)[number]): string =>
				`${input.kind} ${input.key} v${output}`;
			const summary = result.explanation.summary.replace('session 0', `process ${process}`);
			const isBlamed = ({ input, output }: (typeof answered)[number]): boolean =>
				result.explanation.lines.some((line) =>
					line.endsWith(`${input.kind} of ${input.key} in version ${output}`),
				);
			const timeline = timelineOf(operations, describe, new Set(operations.filter(isBlamed)));
			return { verdict: 'violation', explanation: { ...result.explanation, summary, timeline } };
		}
	}
	return { verdict: 'ok' };
}
