import { count } from '../design/numbers.ts';

/** At most so many are told one by one. */
const FEW = 10;

export interface Availability {
	readonly state: 'plenty' | 'few' | 'none';
	readonly text: string;
}

/** Says how many pieces there are, as exactly as it helps to decide. */
export function availabilityOf(available: number): Availability {
	if (available <= 0) return { state: 'none', text: 'Sold out' };
	if (available <= FEW) return { state: 'few', text: `Only ${count(available)} left` };
	return { state: 'plenty', text: 'In stock' };
}
