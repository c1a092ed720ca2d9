import type { Operation } from '../history/operation.ts';
import { checkIsolation, sessionsOf } from '../transactions/isolation/check-isolation.ts';
import type { Element, ReadWriteOperation } from '../transactions/transaction.ts';
import type { Verdict } from '../verdict.ts';

export type CausalInput =
	| { readonly kind: 'write'; readonly key: string; readonly value: Element }
	| { readonly kind: 'read'; readonly key: string };

/** Of a read: the value, or the initial one. */
export type CausalOutput = Element | null;

/**
 * Whether the reads of a key-value store are causally consistent: what a client has written or seen is
 * before whatever it writes next, for everybody who sees that (Ahamad et al., 1995, in the form of
 * Biswas & Enea, OOPSLA 2019). Takes polynomial time. Each value is written to a key at most once.
 *
 * @param options.initial What a key holds before anything is written; 0 when absent.
 */
export function checkCausal(
	history: readonly Operation<CausalInput, CausalOutput>[],
	{ initial = 0 }: { readonly initial?: Element } = {},
): Verdict {
	return checkIsolation(sessionsOf(history.map(toTransaction)), 'causal', { initial });
}

/** An operation is a transaction of one step. */
function toTransaction({
	input,
	output,
	...rest
}: Operation<CausalInput, CausalOutput>): ReadWriteOperation {
	if (input.kind === 'write') {
		const steps = [['w', input.key, input.value]] as const;
		return { ...rest, input: steps, output: steps };
	}
	return {
		...rest,
		input: [['r', input.key, null]],
		output: [['r', input.key, output ?? null]],
	};
}
