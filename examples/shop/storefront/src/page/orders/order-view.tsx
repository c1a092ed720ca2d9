import type { Order } from '@shop/contracts';
import { isDeclaredError } from 'flotilla/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { SignedIn } from '../account/signed-in.tsx';
import { withQuantity } from '../basket/basket.ts';
import { changeBasket } from '../basket/kept-basket.ts';
import { loadProducts } from '../catalogue/known-products.ts';
import { type Failure, failureOf } from '../connection/failure.ts';
import { orders, signInAgain } from '../connection/shop.ts';
import { announce } from '../design/announcer.tsx';
import { FailureNotice } from '../design/notice.tsx';
import { moment, timeOfDay } from '../design/numbers.ts';
import { Page } from '../layout/page.tsx';
import { go } from '../routing/navigation.ts';
import { addressOf } from '../routing/routes.ts';
import { CancelDialog } from './cancel-dialog.tsx';
import { type FollowedOrder, useFollowedOrder } from './followed-order.ts';
import { isFinal } from './following.ts';
import { OrderLines, stillThere } from './order-lines.tsx';
import { OrderStatusLabel, statusWord } from './order-status.tsx';
import { TimelineList } from './timeline-list.tsx';
import { Verdict } from './verdict.tsx';

export function OrderView({ id }: { readonly id: string }) {
	return (
		<SignedIn>
			<Followed id={id} />
		</SignedIn>
	);
}

function Followed({ id }: { readonly id: string }) {
	const followed = useFollowedOrder(id);
	const { order, failure } = followed;
	useEffect(() => {
		if (order !== undefined) announce(`The order is ${statusWord(order.status).toLowerCase()}.`);
	}, [order?.status]);
	if (failure?.kind === 'notFound') {
		return (
			<Page title="No such order" class="narrow">
				<p class="lead">Among your orders there is none with this number.</p>
				<p>
					<a class="button button-main" href={addressOf.orders}>
						See your orders
					</a>
				</p>
			</Page>
		);
	}
	return (
		<Page
			title={order === undefined ? 'Order' : `Order, ${statusWord(order.status).toLowerCase()}`}
			heading={
				<>
					Order <code class="number">{id.slice(0, 8)}</code>
				</>
			}
			class="order"
		>
			{failure !== undefined && <FailureNotice failure={failure} />}
			{order === undefined ? <OrderSkeleton /> : <Shown order={order} followed={followed} />}
		</Page>
	);
}

function Shown({ order, followed }: { readonly order: Order; readonly followed: FollowedOrder }) {
	return (
		<>
			<p class="order-head">
				<OrderStatusLabel status={order.status} />
				<span>{moment(order.createdAt)}</span>
				<Liveness followed={followed} />
			</p>
			<div class="order-story">
				<Verdict order={order} />
				<h2>What happened</h2>
				<TimelineList order={order} />
			</div>
			<section class="order-content" aria-labelledby="ordered">
				<h2 id="ordered">What you ordered</h2>
				<OrderLines order={order} />
				<Actions order={order} />
			</section>
		</>
	);
}

/** Whether what is shown is how it is now. */
function Liveness({ followed: { order, isLive, seenAt } }: { readonly followed: FollowedOrder }) {
	if (order !== undefined && isFinal(order)) return null;
	return (
		<span class={isLive ? 'live' : 'live live-stale'} role="status">
			{isLive ? 'Live' : `Reconnecting; this is how it was at ${timeOfDay(seenAt)}`}
		</span>
	);
}

function Actions({ order }: { readonly order: Order }) {
	const [failure, setFailure] = useState<Failure>();
	const dialog = useRef<HTMLDialogElement>(null);
	const attempt = async (action: () => Promise<void>): Promise<void> => {
		setFailure(undefined);
		try {
			await action();
		} catch (error) {
			const failed = failureOf(error);
			if (failed.kind === 'signedOut') signInAgain();
			// The page shows already what it has become meanwhile.
			else if (!isDeclaredError(error, 'notCancellable')) setFailure(failed);
		}
	};
	const cancel = (): Promise<void> =>
		attempt(async () => {
			await orders.cancel({ id: order.id });
			document.querySelector<HTMLElement>('h1')?.focus();
		});
	const orderAgain = (): Promise<void> =>
		attempt(async () => {
			const skus = order.lines.map(({ sku }) => sku);
			const present = await loadProducts(skus, new AbortController().signal);
			changeBasket((basket) =>
				stillThere(order, present).reduce(
					(filled, { product, quantity }) => withQuantity(filled, product, quantity),
					basket,
				),
			);
			go(addressOf.basket);
		});
	return (
		<>
			<p class="order-actions">
				{isFinal(order) ? (
					<button type="button" class="button" onClick={() => void orderAgain()}>
						{order.reason === 'outOfStock'
							? 'Put what is there into the basket'
							: 'Put these into the basket again'}
					</button>
				) : (
					<button type="button" class="button" onClick={() => dialog.current?.showModal()}>
						Cancel the order
					</button>
				)}
			</p>
			{failure !== undefined && <FailureNotice failure={failure} />}
			<CancelDialog dialog={dialog} onConfirm={() => void cancel()} />
		</>
	);
}

function OrderSkeleton() {
	return (
		<div class="order-waiting" aria-busy="true">
			<p class="unseen">The order is on its way.</p>
			<span class="bar" />
			<span class="bar" />
			<span class="bar bar-short" />
		</div>
	);
}
