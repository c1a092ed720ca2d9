import type { Verdict } from '../verdict.ts';
import { violation } from '../violation.ts';

/** What a replica holds once nothing is under way any more. */
export interface ReplicaState {
	readonly replica: string;
	/** Equal texts mean equal states. */
	readonly state: string;
	/** The updates that it has. */
	readonly updates: ReadonlySet<string | number>;
}

/**
 * Whether replicas have converged: all hold the same, and what was acknowledged anywhere is in it.
 *
 * @param acknowledged The updates whose senders know that they were taken.
 */
export function checkConvergence(
	replicas: readonly ReplicaState[],
	acknowledged: Iterable<string | number>,
): Verdict {
	const [first, ...others] = replicas;
	if (first === undefined) return { verdict: 'ok' };
	const differs = others.find(({ state }) => state !== first.state);
	if (differs !== undefined) {
		return violation('diverged', 'two replicas hold different states', [
			`${first.replica}: ${first.state}`,
			`${differs.replica}: ${differs.state}`,
		]);
	}
	for (const update of acknowledged) {
		const lacking = replicas.filter(({ updates }) => !updates.has(update));
		if (lacking.length === 0) continue;
		const names = lacking.map(({ replica }) => replica).join(', ');
		return violation('lost', `the acknowledged update ${update} is missing`, [`at ${names}`]);
	}
	return { verdict: 'ok' };
}
