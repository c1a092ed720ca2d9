import type { CausalInput, CausalOutput } from '../causal/causal-history.ts';
import {
	CAUSAL_CONSISTENCIES,
	type CausalConsistency,
	checkCausal,
} from '../causal/check-causal.ts';
import {
	either,
	isNothing,
	isNumber,
	isText,
	kinds,
	oneOf,
	optional,
} from '../formats/json-shape.ts';
import type { Operation } from '../history/operation.ts';
import { byKind, type Verifiable, verifiableFrom } from './verifiable.ts';

const isElement = either(isText, isNumber);

export const causalHistories: Verifiable = verifiableFrom({
	name: 'causal',
	summary:
		'keys that are read and written, each value once: causal memory, or another form as said',
	json: {
		input: kinds({ write: { key: isText, value: isElement }, read: { key: isText } }),
		output: byKind<CausalInput['kind']>({ write: isNothing, read: either(isElement, isNothing) }),
		options: {
			consistency: optional(oneOf(...CAUSAL_CONSISTENCIES)),
			initial: optional(either(isElement, isNothing)),
		},
	},
	check: (
		history: readonly Operation<CausalInput, CausalOutput>[],
		{ consistency = 'causal-memory', initial = null },
	) =>
		checkCausal(history, {
			consistency: consistency as CausalConsistency,
			initial: initial as CausalOutput,
		}),
});
