import type { Verdict } from '../verdict.ts';
import { violation } from '../violation.ts';

/** What one client did with a key, with the version that it wrote or saw; versions of a key grow. */
export interface VersionedOperation {
	readonly kind: 'read' | 'write';
	readonly key: string;
	readonly version: number;
}

/** The four guarantees of Terry et al., "Session Guarantees for Weakly Consistent Replicated Data" (1994). */
export type SessionGuarantee =
	| 'read-your-writes'
	| 'monotonic-reads'
	| 'monotonic-writes'
	| 'writes-follow-reads';

/** All guarantees of a session that can be asked for (Terry et al. 1994). */
export const SESSION_GUARANTEES: readonly SessionGuarantee[] = [
	'read-your-writes',
	'monotonic-reads',
	'monotonic-writes',
	'writes-follow-reads',
];

/**
 * Whether each session keeps a guarantee: the four are judged apart, because a store may keep some.
 * Versions are of one key each, so this is judged key by key.
 *
 * @param sessions What each client did, in its order.
 */
export function checkSessions(
	sessions: readonly (readonly VersionedOperation[])[],
	guarantee: SessionGuarantee,
): Verdict {
	const { earlier, later, text } = rules[guarantee];
	for (const [number, operations] of sessions.entries()) {
		const highest = new Map<string, VersionedOperation>();
		for (const operation of operations) {
			const before = highest.get(operation.key);
			// A write makes a version of its own, so it must be newer, not just as new.
			const least = before && before.version + (later === 'write' ? 1 : 0);
			if (operation.kind === later && least !== undefined && operation.version < least) {
				return violation(guarantee, `session ${number} breaks it: ${text}`, [
					`first ${tell(before as VersionedOperation)}`,
					`then ${tell(operation)}`,
				]);
			}
			if (operation.kind !== earlier) continue;
			if (before === undefined || operation.version > before.version) {
				highest.set(operation.key, operation);
			}
		}
	}
	return { verdict: 'ok' };
}

const rules = {
	'read-your-writes': {
		earlier: 'write',
		later: 'read',
		text: 'a read did not show what the session had written',
	},
	'monotonic-reads': {
		earlier: 'read',
		later: 'read',
		text: 'a read showed something older than a read before it',
	},
	'monotonic-writes': {
		earlier: 'write',
		later: 'write',
		text: 'a write was ordered before a write that came first',
	},
	'writes-follow-reads': {
		earlier: 'read',
		later: 'write',
		text: 'a write was ordered before what the session had read',
	},
} as const;

function tell({ kind, key, version }: VersionedOperation): string {
	return `${kind} of ${key} in version ${version}`;
}
