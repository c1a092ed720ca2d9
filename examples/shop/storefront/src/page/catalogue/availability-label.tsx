import { availabilityOf } from './availability.ts';

export function AvailabilityLabel({ available }: { readonly available: number }) {
	const { state, text } = availabilityOf(available);
	return <p class={`availability availability-${state}`}>{text}</p>;
}
