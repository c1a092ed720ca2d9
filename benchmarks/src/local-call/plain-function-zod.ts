import assert from 'node:assert/strict';
import type { Subject } from '../harness/subject.ts';
import { A } from './first-number.ts';
import { SumInput, SumOutput } from './sum-schemas.ts';

export async function start(): Promise<Subject<{ sum: number }>> {
	let runs = 0;
	const add = async (input: unknown): Promise<{ sum: number }> => {
		const { a, b } = SumInput.parse(input);
		runs++;
		return SumOutput.parse({ sum: a + b });
	};
	return {
		operate: (n) => add({ a: A, b: n }),
		isRight: (n, { sum }) => sum === A + n,
		handlerRuns: () => runs,
		async prove() {
			await assert.rejects(add({ a: 'no number', b: 3 }), { name: 'ZodError' });
			// Two numbers whose sum is none.
			await assert.rejects(add({ a: Number.MAX_VALUE, b: Number.MAX_VALUE }), { name: 'ZodError' });
		},
	};
}
