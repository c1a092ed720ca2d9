import type { Operation } from '../history/operation.ts';
import type { Verdict } from '../verdict.ts';
import { violation } from '../violation.ts';

export type SetElement = string | number;

export type SetInput =
	| { readonly kind: 'add'; readonly element: SetElement }
	| { readonly kind: 'read' };

/** Of a read: the elements. */
export type SetOutput = readonly SetElement[] | null;

/**
 * Whether a set that only grows keeps what it was given. Every read must show what was acknowledged, or
 * shown by another read, before it was called; and nothing that nobody has tried to add.
 *
 * @param options.isEventual Only the reads that were called last need to be complete: those before may
 *   show less, but what was shown once does not vanish from the last.
 */
export function checkSet(
	history: readonly Operation<SetInput, SetOutput>[],
	{ isEventual = false }: { readonly isEventual?: boolean } = {},
): Verdict {
	const reads = history.filter(({ input, outcome }) => input.kind === 'read' && outcome === 'ok');
	const lastCalledAt = Math.max(...reads.map(({ calledAt }) => calledAt));
	const tried = new Set<SetElement>();
	/** When an element was known to be in the set at the latest. */
	const knownAt = new Map<SetElement, number>();
	const learn = (element: SetElement, atMs: number): void => {
		knownAt.set(element, Math.min(knownAt.get(element) ?? Number.POSITIVE_INFINITY, atMs));
	};
	for (const { input, outcome, returnedAt } of history) {
		if (input.kind !== 'add' || outcome === 'failed') continue;
		tried.add(input.element);
		if (outcome === 'ok') learn(input.element, returnedAt);
	}
	for (const { output, returnedAt } of reads) {
		for (const element of output ?? []) learn(element, returnedAt);
	}
	for (const { process, output, calledAt } of reads) {
		const shown = new Set(output);
		const invented = [...shown].filter((element) => !tried.has(element));
		if (invented.length > 0) {
			const lines = [`process ${process} read what nobody has added: ${invented.join(' ')}`];
			return violation('invented', 'a read shows an element that was never added', lines);
		}
		if (isEventual && calledAt < lastCalledAt) continue;
		const lost = [...knownAt].filter(([element, atMs]) => atMs < calledAt && !shown.has(element));
		if (lost.length === 0) continue;
		const lines = lost.map(
			([element, atMs]) =>
				`${element} was in the set at ${atMs}, and not in the read at ${calledAt}`,
		);
		return violation('lost', `the read of process ${process} lacks what was there`, lines);
	}
	return { verdict: 'ok' };
}
