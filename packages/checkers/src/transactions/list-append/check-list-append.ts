import { type Timeline, timelineOf } from '../../explanation/timeline.ts';
import { checkWellFormed } from '../../history/well-formed.ts';
import type { Explanation, Verdict } from '../../verdict.ts';
import { describeTransaction, type ListAppendOperation } from '../transaction.ts';
import {
	type AnomalyName,
	anomalyName,
	CONSISTENCY_MODELS,
	type ConsistencyModel,
	meaningOf,
	modelsRuledOut,
	type Phenomenon,
	type Scope,
} from './anomalies.ts';
import { dependencies } from './dependencies.ts';
import { directAnomalies } from './direct-anomalies.ts';
import { type Cycle, findCycles } from './find-cycles.ts';
import { type Observations, observe, type Transaction } from './observations.ts';
import { versionOrders } from './version-order.ts';

/** An anomaly that was found, with the transactions that show it. */
export interface ListAppendAnomaly {
	readonly name: AnomalyName;
	/** What the name means, in a few words. */
	readonly meaning: string;
	/** The operations concerned; of a cycle in its order. */
	readonly operations: readonly ListAppendOperation[];
	/** What the lines call the operations: `T1`. */
	readonly names: readonly string[];
	/** Whether each of the operations comes before the next, and the last before the first. */
	readonly isCycle: boolean;
	/** The argument, a line each. */
	readonly lines: readonly string[];
	/** The models that forbid it, from the weakest to the strongest. */
	readonly rulesOut: readonly ConsistencyModel[];
}

/** Which anomalies a history of appends and reads has, and which models they rule out. */
export interface ListAppendExplanation extends Explanation {
	/** Everything found that the model forbids, the gravest first. */
	readonly anomalies: readonly ListAppendAnomaly[];
	/** All models that the history cannot have come from, from the weakest to the strongest. */
	readonly rulesOut: readonly ConsistencyModel[];
}

/** The anomalies of a history, or why nothing can be said about it. */
export type ListAppendAnalysis =
	| { readonly anomalies: readonly ListAppendAnomaly[] }
	| { readonly undecidable: string };

/**
 * Infers what transactions on lists reveal about their isolation, as Elle does (Kingsbury & Alvaro,
 * "Elle: Inferring Isolation Anomalies from Experimental Observations", PVLDB 2020). Because a list
 * shows the order of its appends, the order of transactions follows from reads, and a cycle in it
 * proves an anomaly. Each anomaly found is real. The converse does not hold: what no read shows is
 * not found, so an empty answer says that this history, as observed, shows none. About linear in
 * the length of the history.
 *
 * A transaction of unknown outcome counts as committed only where a read shows one of its elements.
 */
function analyzeListAppend(history: readonly ListAppendOperation[]): ListAppendAnalysis {
	const observations = observe(history);
	const { ambiguous, transactions } = observations;
	if (ambiguous) {
		const { element, key } = ambiguous;
		return {
			undecidable: `element ${element} was appended to key ${key} more than once, so a read of it does not tell which transaction it saw`,
		};
	}
	const orders = versionOrders(observations);
	const anomalies: ListAppendAnomaly[] = [];
	for (const cycle of findCycles(dependencies(observations, orders), transactions.length)) {
		anomalies.push(anomalyOfCycle(cycle));
	}
	for (const anomaly of oneOfEach(observations, orders)) anomalies.push(anomaly);
	const weight = ({ rulesOut }: ListAppendAnomaly): number => -rulesOut.length;
	return { anomalies: anomalies.sort((left, right) => weight(left) - weight(right)) };
}

/**
 * Whether a history could come from a store that keeps the model, as far as Elle's inferences show it.
 * `ok` says that this history, as observed, shows no anomaly that the model forbids; each anomaly that
 * is found is real. `strict-serializable` unless asked otherwise.
 *
 * @throws {HistoryError} if no clients can have seen this history: see `checkWellFormed`
 */
export function checkListAppend(
	history: readonly ListAppendOperation[],
	options: { readonly model?: ConsistencyModel } = {},
): Verdict<ListAppendExplanation> {
	checkWellFormed(history);
	const model = options.model ?? 'strict-serializable';
	const analysis = analyzeListAppend(history);
	if ('undecidable' in analysis) return { verdict: 'unknown', reason: analysis.undecidable };
	const anomalies = analysis.anomalies.filter(({ rulesOut }) => rulesOut.includes(model));
	const [first] = anomalies;
	if (!first) return { verdict: 'ok' };
	const ruledOut = new Set(analysis.anomalies.flatMap(({ rulesOut }) => rulesOut));
	const explanation = {
		anomaly: first.name,
		summary: `not ${model}: ${first.name}, ${first.meaning}`,
		lines: anomalies.flatMap(tellAnomaly),
		timeline: timelineOfAnomaly(first),
		anomalies,
		rulesOut: CONSISTENCY_MODELS.filter((one) => ruledOut.has(one)),
	};
	return { verdict: 'violation', explanation };
}

/** The operations of an anomaly; of a cycle in its order, and the one that it begins with in red. */
function timelineOfAnomaly({ operations, names, isCycle }: ListAppendAnomaly): Timeline {
	const culprit = isCycle ? operations[0] : operations.at(-1);
	const label = (operation: ListAppendOperation): string => {
		const { input, output } = operation;
		return `${names[operations.indexOf(operation)]}: ${describeTransaction(output ?? input)}`;
	};
	return timelineOf(operations, label, new Set(culprit && [culprit]), {
		...(isCycle && {
			order: operations,
			shape: 'cycle',
		}),
	});
}

function tellAnomaly({ name, meaning, lines, rulesOut }: ListAppendAnomaly): string[] {
	const weakest = `rules out ${rulesOut[0]} and what is stronger`;
	return [`${name}: ${meaning} (${weakest})`, ...lines.map((line) => `  ${line}`)];
}

/** The first of each direct phenomenon in full, and how many more there are. */
function oneOfEach(
	observations: Observations,
	orders: ReturnType<typeof versionOrders>,
): ListAppendAnomaly[] {
	const first = new Map<Phenomenon, { reason: string; transactions: readonly Transaction[] }>();
	const counts = new Map<Phenomenon, number>();
	for (const { phenomenon, ...anomaly } of directAnomalies(observations, orders)) {
		if (!first.has(phenomenon)) first.set(phenomenon, anomaly);
		counts.set(phenomenon, (counts.get(phenomenon) ?? 0) + 1);
	}
	return [...first].map(([phenomenon, { reason, transactions }]) => {
		const more = (counts.get(phenomenon) ?? 1) - 1;
		const lines = [...transactions.map(tellTransaction), reason];
		if (more > 0) lines.push(`and ${more} more of this kind`);
		return { ...anomalyOf(phenomenon, 'data', transactions, lines), isCycle: false };
	});
}

function anomalyOfCycle({ phenomenon, scope, steps }: Cycle): ListAppendAnomaly {
	const transactions = [...new Set(steps.map(({ from }) => from))];
	const lines = transactions.map(tellTransaction);
	for (const { from, to, kind, because } of steps) {
		lines.push(`${from.name} comes before ${to.name} (${kind}): ${because()}`);
	}
	return { ...anomalyOf(phenomenon, scope, transactions, lines), isCycle: true };
}

function anomalyOf(
	phenomenon: Phenomenon,
	scope: Scope,
	transactions: readonly Transaction[],
	lines: readonly string[],
): Omit<ListAppendAnomaly, 'isCycle'> {
	return {
		name: anomalyName(phenomenon, scope),
		meaning: meaningOf(phenomenon),
		operations: transactions.map(({ operation }) => operation),
		names: transactions.map(({ name }) => name),
		lines,
		rulesOut: modelsRuledOut(phenomenon, scope),
	};
}

function tellTransaction({ name, operation, steps }: Transaction): string {
	const outcome = operation.outcome === 'ok' ? '' : ` (${operation.outcome})`;
	return `${name}, process ${operation.process}${outcome}: ${describeTransaction(steps)}`;
}
