import type { OrderStatus } from '@shop/contracts';

const words: Readonly<Record<OrderStatus, string>> = {
	pending: 'Under way',
	confirmed: 'Confirmed',
	rejected: 'Rejected',
	cancelled: 'Cancelled',
};

export function statusWord(status: OrderStatus): string {
	return words[status];
}

export function OrderStatusLabel({ status }: { readonly status: OrderStatus }) {
	return <span class={`status status-${status}`}>{words[status]}</span>;
}
