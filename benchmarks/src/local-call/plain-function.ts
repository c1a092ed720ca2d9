import type { Subject } from '../harness/subject.ts';
import { A } from './first-number.ts';

export async function start(): Promise<Subject<{ sum: number }>> {
	let runs = 0;
	const add = async ({ a, b }: { a: number; b: number }): Promise<{ sum: number }> => {
		runs++;
		return { sum: a + b };
	};
	return {
		operate: (n) => add({ a: A, b: n }),
		isRight: (n, { sum }) => sum === A + n,
		handlerRuns: () => runs,
	};
}
