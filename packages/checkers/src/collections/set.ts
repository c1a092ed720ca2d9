import { timelineOf } from '../explanation/timeline.ts';
import type { Operation } from '../history/operation.ts';
import { checkWellFormed } from '../history/well-formed.ts';
import type { Verdict } from '../verdict.ts';
import { violation } from '../violation.ts';

/** What a set holds. */
export type SetElement = string | number;

/** What a client asks of a set that only grows. */
export type SetInput =
	| { readonly kind: 'add'; readonly element: SetElement }
	| { readonly kind: 'read' };

/** Of a read: the elements. */
export type SetOutput = readonly SetElement[] | null;

type SetOperation = Operation<SetInput, SetOutput>;

/** An element and the time at which it was surely in the set. */
type Known = readonly [SetElement, number];

/**
 * Whether a set that only grows keeps what it was given. Every read must show what was acknowledged, or
 * shown by another read, before it was called; nothing twice; and nothing that nobody had tried to add
 * by the time it returned. Each element is judged by itself: that two reads at once contradict each
 * other about the order of two elements is for a linearizability checker.
 *
 * @param options.isEventual Only the reads that were called last need to be complete: those before may
 *   show less, but what was shown once does not vanish from the last.
 * @returns `unknown` where no read was answered
 * @throws {HistoryError} if no clients can have seen this history: see `checkWellFormed`
 */
export function checkSet(
	history: readonly SetOperation[],
	{ isEventual = false }: { readonly isEventual?: boolean } = {},
): Verdict {
	checkWellFormed(history);
	const reads = history
		.filter(({ input, outcome }) => input.kind === 'read' && outcome === 'ok')
		.sort((a, b) => a.calledAt - b.calledAt);
	const lastCalledAt = reads.at(-1)?.calledAt;
	if (lastCalledAt === undefined) {
		return { verdict: 'unknown', reason: 'no read was answered, so nothing can be said' };
	}
	const triedAt = earliest(
		history.flatMap(({ input, outcome, calledAt }): Known[] =>
			input.kind === 'add' && outcome !== 'failed' ? [[input.element, calledAt]] : [],
		),
	);
	const knownAt = earliest([
		...history.flatMap(({ input, outcome, returnedAt }): Known[] =>
			input.kind === 'add' && outcome === 'ok' ? [[input.element, returnedAt]] : [],
		),
		...reads.flatMap(({ output, returnedAt }) =>
			(output ?? []).map((element): Known => [element, returnedAt]),
		),
	]);
	const known = [...knownAt].sort(([, a], [, b]) => a - b);
	for (const read of reads) {
		const { output, calledAt, returnedAt } = read;
		const shown = new Set(output);
		const refuted = (anomaly: string, summary: string, of: readonly SetElement[], line: string) =>
			violation(anomaly, summary, [line, ...toldOf(history, of)], pictureOf(history, read, of));
		const invented = [...shown].filter((one) => (triedAt.get(one) ?? Infinity) > returnedAt);
		if (invented.length > 0) {
			const line = `process ${read.process} read at ${calledAt} what nobody had tried to add: ${invented.join(' ')}`;
			return refuted('invented', 'a read shows an element that was never added', invented, line);
		}
		if (shown.size < (output?.length ?? 0)) {
			const twice = output?.find((one, index) => output.indexOf(one) !== index) ?? '';
			const line = `process ${read.process} read at ${calledAt} more than once: ${twice}`;
			return refuted('duplicate', 'a read shows an element twice', [twice], line);
		}
		if (isEventual && calledAt < lastCalledAt) continue;
		const lost = lostFrom(known, shown, calledAt);
		if (lost.length === 0) continue;
		const line = `process ${read.process} read at ${calledAt} without ${lost.map(([one]) => one).join(' ')}`;
		const summary = `the read of process ${read.process} lacks what was there`;
		const elements = lost.map(([element]) => element);
		return refuted('lost', summary, elements, line);
	}
	return { verdict: 'ok' };
}

function earliest(facts: readonly Known[]): Map<SetElement, number> {
	const times = new Map<SetElement, number>();
	for (const [element, at] of facts) times.set(element, Math.min(times.get(element) ?? at, at));
	return times;
}

/** @param known sorted by time */
function lostFrom(
	known: readonly Known[],
	shown: ReadonlySet<SetElement>,
	calledAt: number,
): Known[] {
	const lost: Known[] = [];
	for (const one of known) {
		if (one[1] >= calledAt) break;
		if (!shown.has(one[0])) lost.push(one);
	}
	return lost;
}

const isAbout = ({ input, output }: SetOperation, elements: readonly SetElement[]): boolean =>
	input.kind === 'add'
		? elements.includes(input.element)
		: elements.some((element) => output?.includes(element));

/** What else the history has about an element: few enough for a person. */
const ELEMENTS_TOLD = 3;
const OPERATIONS_TOLD = 4;

function toldOf(history: readonly SetOperation[], elements: readonly SetElement[]): string[] {
	const lines = elements.slice(0, ELEMENTS_TOLD).flatMap((element) => {
		const about = history.filter((one) => isAbout(one, [element]));
		return about.slice(0, OPERATIONS_TOLD).map((one) => {
			const { process, input, outcome, calledAt, returnedAt } = one;
			const did = input.kind === 'add' ? 'added' : 'read';
			const end = outcome === 'ok' ? `acknowledged at ${returnedAt}` : outcome;
			return `  ${element}: process ${process} ${did} it, called at ${calledAt}, ${end}`;
		});
	});
	const more = elements.length - ELEMENTS_TOLD;
	return more > 0 ? [...lines, `  and ${more} more elements`] : lines;
}

function pictureOf(
	history: readonly SetOperation[],
	read: SetOperation,
	elements: readonly SetElement[],
) {
	const concerned = history.filter(
		(one) => one === read || isAbout(one, elements.slice(0, ELEMENTS_TOLD)),
	);
	return timelineOf(concerned, describe, new Set([read]));
}

const SHOWN_ELEMENTS = 12;

function describe({ input, output, outcome }: SetOperation): string {
	if (input.kind === 'add') return `add ${input.element}${outcome === 'ok' ? '' : ' → ?'}`;
	const elements = output ?? [];
	const more = elements.length > SHOWN_ELEMENTS ? ' …' : '';
	return `read → {${elements.slice(0, SHOWN_ELEMENTS).join(' ')}${more}}`;
}
