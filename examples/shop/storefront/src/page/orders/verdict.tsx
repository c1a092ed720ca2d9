import type { Order } from '@shop/contracts';
import { loadProducts } from '../catalogue/known-products.ts';
import { useLoaded } from '../connection/loaded.ts';
import { payments } from '../connection/shop.ts';
import { Notice } from '../design/notice.tsx';
import { count, money } from '../design/numbers.ts';
import { addressOf } from '../routing/routes.ts';

/** What became of an order, why, and what to do now. */
export function Verdict({ order }: { readonly order: Order }) {
	switch (order.status) {
		case 'pending':
			return <Notice tone="plain" title="We are seeing to it" />;
		case 'confirmed':
			return (
				<Notice tone="good" title="It is yours">
					<p>The pieces are reserved and the amount is paid.</p>
				</Notice>
			);
		case 'cancelled':
			return (
				<Notice tone="plain" title="You took this order back">
					<p>Whatever was paid is paid back, and the pieces are on the shelf again.</p>
				</Notice>
			);
		case 'rejected':
			return order.reason === 'declined' ? (
				<Declined order={order} />
			) : (
				<OutOfStock order={order} />
			);
	}
}

function Declined({ order }: { readonly order: Order }) {
	const { value } = useLoaded((signal) => payments.limit(undefined, { signal }), '');
	return (
		<Notice tone="bad" title="The payment was declined">
			<p>
				This order costs {money(order.total)}.{' '}
				{value === undefined
					? 'That is more than the shop takes in one payment.'
					: `The shop takes at most ${money(value.limit)} in one payment.`}
			</p>
			<p>
				<strong>Nothing was charged, and the pieces are free again.</strong>{' '}
				{remedyFor(order, value?.limit.amountMinor)}
			</p>
		</Notice>
	);
}

function remedyFor(order: Order, limitMinor = Number.POSITIVE_INFINITY): string {
	const isTooDear = order.lines.some(({ price }) => price.amountMinor > limitMinor);
	if (!isTooDear) return 'Order less at once: two smaller orders go through.';
	return order.lines.length === 1
		? 'One piece alone costs more than that, so it cannot be ordered here.'
		: 'One of the things costs more than that by itself: leave it out, and the others can be ordered.';
}

function OutOfStock({ order }: { readonly order: Order }) {
	const skus = order.lines.map(({ sku }) => sku);
	const { value: present } = useLoaded((signal) => loadProducts(skus, signal), order.id);
	const short = order.lines.flatMap(({ sku, quantity }) => {
		const product = present?.get(sku);
		const available = product?.available ?? 0;
		return present !== undefined && available < quantity
			? [{ sku, name: product?.name ?? sku, quantity, available }]
			: [];
	});
	return (
		<Notice tone="bad" title="There were not enough pieces">
			{short.length > 0 && (
				<ul>
					{short.map(({ sku, name, quantity, available }) => (
						<li key={sku}>
							<a href={addressOf.product(sku)}>{name}</a>: you wanted {count(quantity)},{' '}
							{available === 0 ? 'none is left' : `${count(available)} left`}.
						</li>
					))}
				</ul>
			)}
			<p>
				<strong>Nothing was reserved and nothing was charged.</strong>{' '}
				{short.length > 0
					? 'Order what is left.'
					: 'Somebody was faster. There may be enough again by now.'}
			</p>
		</Notice>
	);
}
