import type { Subject } from '../harness/subject.ts';
import { type Ran, simulatedShop } from './simulated-shop.ts';

export async function start(): Promise<Subject<Ran>> {
	return simulatedShop({ faults: 'none' });
}
