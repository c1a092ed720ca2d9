import { ServiceBroker } from 'moleculer';
import type { Subject } from '../harness/subject.ts';
import { A } from './first-number.ts';

export async function start(): Promise<Subject<{ sum: number }>> {
	let runs = 0;
	const broker = new ServiceBroker({ logger: false });
	broker.createService({
		name: 'math',
		actions: {
			add(context: { params: { a: number; b: number } }): { sum: number } {
				runs++;
				return { sum: context.params.a + context.params.b };
			},
		},
	});
	await broker.start();
	return {
		operate: (n) => broker.call<{ sum: number }, object>('math.add', { a: A, b: n }),
		isRight: (n, { sum }) => sum === A + n,
		handlerRuns: () => runs,
		close: () => broker.stop(),
	};
}
