import { counted } from '../design/numbers.ts';

/**
 * Warns of more pieces than there are. It does not forbid them: what a page knows of the stock is a
 * moment old, and the shop decides when the order is placed.
 */
export function TooMany({ available }: { readonly available: number }) {
	return (
		<p class="field-problem">
			{available > 0
				? `There are only ${counted(available, 'piece', 'pieces')}. With more, the shop would refuse the whole order.`
				: 'This is sold out at the moment. With it, the shop would refuse the whole order.'}
		</p>
	);
}
