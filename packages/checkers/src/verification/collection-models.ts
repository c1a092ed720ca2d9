import { type Balances, checkBank } from '../collections/bank.ts';
import { checkConvergence, type ReplicaState } from '../collections/convergence.ts';
import { type CounterInput, type CounterOutput, checkCounter } from '../collections/counter.ts';
import { checkDelivery, type Received, type Sent } from '../collections/delivery.ts';
import { checkSet, type SetInput, type SetOutput } from '../collections/set.ts';
import { checkUniqueIds } from '../collections/unique-ids.ts';
import { timelineOf } from '../explanation/timeline.ts';
import {
	either,
	fields,
	isBoolean,
	isNothing,
	isNumber,
	isText,
	kinds,
	listOf,
	optional,
	recordOf,
} from '../formats/json-shape.ts';
import type { Operation } from '../history/operation.ts';
import { checkWellFormed } from '../history/well-formed.ts';
import type { Verdict } from '../verdict.ts';
import { counterOfEdn, setOfEdn, uniqueIdsOfEdn } from './jepsen-mappings.ts';
import { byKind, type Verifiable, verifiableFrom } from './verifiable.ts';

const isName = either(isText, isNumber);

export const setHistories: Verifiable = verifiableFrom({
	name: 'set',
	summary: 'a set that only grows: nothing acknowledged is lost, nothing invented',
	json: {
		input: kinds({ add: { element: isName }, read: {} }),
		output: byKind<SetInput['kind']>({ add: isNothing, read: listOf(isName) }),
		options: { eventual: optional(isBoolean) },
	},
	edn: { map: setOfEdn },
	check: (history: readonly Operation<SetInput, SetOutput>[], { eventual = false }) =>
		checkSet(history, { isEventual: eventual === true }),
});

export const counterHistories: Verifiable = verifiableFrom({
	name: 'counter',
	summary: 'a counter: each read is a sum that the additions until then can give',
	json: {
		input: kinds({ add: { delta: isNumber }, read: {} }),
		output: byKind<CounterInput['kind']>({ add: isNothing, read: isNumber }),
		options: { initial: optional(isNumber) },
	},
	edn: { map: counterOfEdn },
	check: (history: readonly Operation<CounterInput, CounterOutput>[], { initial = 0 }) =>
		checkCounter(history, { initial: initial as number }),
});

type BankInput = { readonly kind: 'read' | 'transfer' };

export const bankHistories: Verifiable = verifiableFrom({
	name: 'bank',
	summary: 'accounts: every snapshot adds up to the total, and nobody owes',
	json: {
		input: kinds({ read: {}, transfer: { from: isName, to: isName, amount: isNumber } }),
		output: byKind<BankInput['kind']>({ read: recordOf(isNumber), transfer: isNothing }),
		options: { total: isNumber, mayOwe: optional(isBoolean) },
	},
	check: (history: readonly Operation<BankInput, Balances | null>[], { total, mayOwe }) =>
		checkBank(history, { total: total as number, mayOwe: mayOwe === true }),
});

export const uniqueIdHistories: Verifiable = verifiableFrom({
	name: 'unique-ids',
	summary: 'a source of identifiers: none is given twice',
	json: { input: kinds({ generate: {} }), output: () => isName },
	edn: { map: uniqueIdsOfEdn },
	check: (history: readonly Operation<unknown, string | number>[]) => checkUniqueIds(history),
});

export type DeliveryInput =
	| { readonly kind: 'send'; readonly id: string | number; readonly key: string | number }
	| { readonly kind: 'receive' };

/** Of a receive: the message, null if there was none. */
type DeliveryOutput = string | number | null;

export const deliveryHistories: Verifiable = verifiableFrom({
	name: 'delivery',
	summary: 'messages: none lost, invented or repeated, in order for each sender, key and receiver',
	json: {
		input: kinds({ send: { id: isName, key: isName }, receive: {} }),
		output: byKind<DeliveryInput['kind']>({ send: isNothing, receive: either(isName, isNothing) }),
		options: {
			mayRepeat: optional(isBoolean),
			mayReorder: optional(isBoolean),
			complete: optional(isBoolean),
		},
	},
	check: judgeDelivery,
});

function judgeDelivery(
	history: readonly Operation<DeliveryInput, DeliveryOutput>[],
	{ mayRepeat, mayReorder, complete = true }: Readonly<Record<string, unknown>>,
): Verdict {
	checkWellFormed(history);
	const sent = history
		.toSorted((a, b) => a.calledAt - b.calledAt)
		.flatMap(({ process, input, outcome }): Sent[] => {
			if (input.kind !== 'send' || outcome === 'failed') return [];
			// Two senders have no order between them.
			const key = JSON.stringify([process, input.key]);
			return [{ id: input.id, key, isAcknowledged: outcome === 'ok' }];
		});
	const ids = new Set(sent.map(({ id }) => id));
	if (ids.size < sent.length) {
		return { verdict: 'unknown', reason: 'an id was sent more than once, so it tells no message' };
	}
	const received = history
		.toSorted((a, b) => a.returnedAt - b.returnedAt)
		.flatMap(({ process, input, output, outcome }): Received[] => {
			const isMessage = input.kind === 'receive' && outcome === 'ok' && (output ?? null) !== null;
			return isMessage ? [{ id: output as string | number, receiver: process }] : [];
		});
	// Who got no answer may have taken a message along.
	const open = history.filter(
		({ input, outcome }) => input.kind === 'receive' && outcome === 'unknown',
	);
	const result = checkDelivery(sent, received, {
		mayRepeat: mayRepeat === true,
		mayReorder: mayReorder === true,
		isComplete: complete === true,
	});
	if (result.verdict !== 'violation') return result;
	const { explanation } = result;
	const arrived = new Set(received.map(({ id }) => id));
	const lost = sent.filter(({ id, isAcknowledged }) => isAcknowledged && !arrived.has(id));
	if (explanation.anomaly === 'lost' && lost.length <= open.length) {
		const reason = `${lost.length} acknowledged messages did not arrive, but ${open.length} receivers had no answer and may have taken them`;
		return { verdict: 'unknown', reason };
	}
	const describe = ({ input, output, outcome }: (typeof history)[number]): string => {
		if (input.kind === 'send') return `send ${input.id} under ${input.key}`;
		return outcome === 'ok' ? `receive → ${output ?? 'nothing'}` : 'receive → ?';
	};
	const isBlamed = ({ input, output }: (typeof history)[number]): boolean =>
		[explanation.summary, ...explanation.lines].some((line) => {
			const words = line.split(/[\s,:]+/);
			return words.includes(String(input.kind === 'send' ? input.id : output));
		});
	const timeline = timelineOf(history, describe, new Set(history.filter(isBlamed)));
	return { verdict: 'violation', explanation: { ...explanation, timeline } };
}

export type ConvergenceInput =
	| { readonly kind: 'update'; readonly id: string | number }
	| { readonly kind: 'state'; readonly replica: string };

export const convergenceHistories: Verifiable = verifiableFrom({
	name: 'convergence',
	summary: 'replicas: in the end all hold the same, with every acknowledged update',
	json: {
		input: kinds({ update: { id: isName }, state: { replica: isText } }),
		output: byKind<ConvergenceInput['kind']>({
			update: isNothing,
			state: fields({ state: isText, updates: listOf(isName) }),
		}),
	},
	check: judgeConvergence,
});

type ConvergenceOperation = Operation<
	ConvergenceInput,
	Pick<ReplicaState, 'state'> & { readonly updates: readonly (string | number)[] }
>;

/** The last state of each replica counts, and only if nothing was under way any more. */
function judgeConvergence(history: readonly ConvergenceOperation[]): Verdict {
	checkWellFormed(history);
	const last = new Map<string, ConvergenceOperation>();
	for (const operation of history.toSorted((a, b) => a.calledAt - b.calledAt)) {
		const { input, outcome } = operation;
		if (input.kind === 'state' && outcome === 'ok') last.set(input.replica, operation);
	}
	if (last.size === 0) {
		return { verdict: 'unknown', reason: 'no replica told its state, so nothing can be said' };
	}
	const firstLook = Math.min(...[...last.values()].map(({ calledAt }) => calledAt));
	const updates = history.filter(
		({ input, outcome }) => input.kind === 'update' && outcome === 'ok',
	);
	const late = updates.find(({ returnedAt }) => returnedAt > firstLook);
	if (late) {
		const reason = `process ${late.process} had an update under way (until ${late.returnedAt}) when the last states were looked at (at ${firstLook})`;
		return { verdict: 'unknown', reason };
	}
	const replicas = [...last].map(([replica, { output }]): ReplicaState => {
		const { state = '', updates: known = [] } = output ?? {};
		return { replica, state, updates: new Set(known) };
	});
	const acknowledged = updates.flatMap(({ input }) => (input.kind === 'update' ? [input.id] : []));
	const result = checkConvergence(replicas, acknowledged);
	if (result.verdict !== 'violation') return result;
	const describe = ({ input, output }: ConvergenceOperation): string =>
		input.kind === 'update' ? `update ${input.id}` : `${input.replica} → ${output?.state}`;
	const timeline = timelineOf(history, describe, new Set(last.values()));
	return { verdict: 'violation', explanation: { ...result.explanation, timeline } };
}
