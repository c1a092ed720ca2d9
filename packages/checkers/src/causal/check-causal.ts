import { timelineOf } from '../explanation/timeline.ts';
import { checkWellFormed } from '../history/well-formed.ts';
import { limits } from '../limits.ts';
import { Past } from '../transactions/cycles/past.ts';
import type { Verdict } from '../verdict.ts';
import { violation } from '../violation.ts';
import {
	type CausalHistory,
	type CausalOperation,
	type CausalOutput,
	describeCausal,
	describeNode,
	readCausal,
} from './causal-history.ts';
import {
	type Contradiction,
	cyclicCausality,
	noCommonOrder,
	noOwnOrder,
	overwrittenRead,
} from './contradictions.ts';

/**
 * From weak to strong, but the last two do not imply each other (Bouajjani et al., POPL 2017):
 * `causal`: no read returns what was overwritten in its own causal past. Of writes that do not
 * know of each other a reader may see now this one, now that one.
 * `causal-memory`: each process sees all writes in one order of its own (Ahamad et al., 1995).
 * `causal-convergence`: all processes agree on the order of the writes, as replicas do in which
 * the last write wins.
 */
export type CausalConsistency = 'causal' | 'causal-memory' | 'causal-convergence';

/** All forms of causality that can be asked for, by the names of the papers. */
export const CAUSAL_CONSISTENCIES: readonly CausalConsistency[] = [
	'causal',
	'causal-memory',
	'causal-convergence',
];

/** Which causality is asked for, and how long the search may take. */
export interface CausalOptions {
	/** What is asked for; `causal-memory` when absent. */
	readonly consistency?: CausalConsistency;
	/** What a key holds before anything is written; null when absent. */
	readonly initial?: CausalOutput;
}

/**
 * Whether the reads and writes of a key-value store are causally consistent: what a client has written
 * or seen comes before whatever it writes next, for everybody who sees that. Takes polynomial time: by
 * the patterns that Bouajjani, Enea, Guerraoui and Hamza have proved to be all there are ("On
 * Verifying Causal Consistency", POPL 2017). Who read from whom is told by the value, so a value that
 * is read is to be written to its key once; else the verdict is `unknown`.
 *
 * @throws {HistoryError} if no clients can have seen this history: see `checkWellFormed`
 */
export function checkCausal(
	operations: readonly CausalOperation[],
	{ consistency = 'causal-memory', initial = null }: CausalOptions = {},
): Verdict {
	checkWellFormed(operations);
	const read = readCausal(operations, initial);
	if ('undecidable' in read) return { verdict: 'unknown', reason: read.undecidable };
	if ('thinAir' in read) {
		const { process, input, output } = read.thinAir;
		const what = `process ${process} read ${output} of key ${input.key}`;
		const picture = timelineOf([read.thinAir], describeCausal, new Set([read.thinAir]));
		return violation('thin-air-read', `${what}, which nobody wrote`, [], picture);
	}
	const { history } = read;
	if (history.nodes.length > limits.causalOperations) {
		const reason = `more than ${limits.causalOperations} operations: what comes before what would take too much memory`;
		return { verdict: 'unknown', reason };
	}
	const found = cyclicCausality(history) ?? contradictionIn(history, consistency);
	return found ? refuted(history, consistency, found) : { verdict: 'ok' };
}

function contradictionIn(
	history: CausalHistory,
	consistency: CausalConsistency,
): Contradiction | undefined {
	const past = new Past(history.nodes.length, history.reasons);
	const weakest = overwrittenRead(history, past);
	if (weakest || consistency === 'causal') return weakest;
	return consistency === 'causal-memory' ? noOwnOrder(history) : noCommonOrder(history, past);
}

function refuted(
	{ nodes }: CausalHistory,
	consistency: CausalConsistency,
	{ anomaly, summary, reasons }: Contradiction,
): Verdict {
	const tell = (index: number): string => {
		const node = nodes[index];
		return node ? describeNode(node) : '';
	};
	const lines = reasons.map(({ from, to, label }) => `${tell(from)} before ${tell(to)}: ${label}`);
	const [first] = reasons;
	const isCycle = first !== undefined && reasons.at(-1)?.to === first.from;
	const passed = reasons.flatMap(({ from }) => nodes[from]?.operation ?? []);
	const last = nodes[reasons.at(-1)?.to ?? -1]?.operation;
	const order = isCycle || !last ? passed : [...passed, last];
	const timeline = timelineOf([...new Set(order)], describeCausal, new Set(last && [last]), {
		order,
		shape: isCycle ? 'cycle' : 'way',
	});
	return violation(anomaly, `not ${consistency}: ${summary}`, lines, timeline);
}
