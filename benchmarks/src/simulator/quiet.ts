import type { Subject } from '../harness/subject.ts';
import { simulatedShop } from './simulated-shop.ts';

export async function start(): Promise<Subject> {
	return simulatedShop({ faults: 'none' }) as Subject;
}
