import type { Order } from '@shop/contracts';
import { useState } from 'preact/hooks';
import { SignedIn } from '../account/signed-in.tsx';
import { ProductArt } from '../catalogue/product-art.tsx';
import { type Failure, failureOf } from '../connection/failure.ts';
import { useLoaded } from '../connection/loaded.ts';
import { orders, sessions, signInAgain } from '../connection/shop.ts';
import { FailureNotice } from '../design/notice.tsx';
import { counted, moment, money } from '../design/numbers.ts';
import { Page } from '../layout/page.tsx';
import { go } from '../routing/navigation.ts';
import { addressOf } from '../routing/routes.ts';
import { OrderStatusLabel } from './order-status.tsx';

const PAGE_SIZE = 10;

/** Pictures of so many things show what an order was about. */
const PICTURES = 3;

export function OrdersView() {
	return (
		<SignedIn>
			<Page title="Your orders" class="orders">
				<Person />
				<List />
			</Page>
		</SignedIn>
	);
}

function Person() {
	const leave = (): void => {
		go(addressOf.catalogue());
		sessions.end();
	};
	return (
		<p class="person">
			<span>Signed in as {sessions.session.value?.email}</span>
			<button type="button" class="button" onClick={leave}>
				Sign out
			</button>
		</p>
	);
}

interface OrdersPage {
	readonly items: readonly Order[];
	readonly nextCursor?: string | undefined;
}

function List() {
	const {
		value: first,
		failure,
		retry,
	} = useLoaded<OrdersPage>((signal) => orders.list({ limit: PAGE_SIZE }, { signal }), '');
	const [further, setFurther] = useState<readonly OrdersPage[]>([]);
	const [furtherFailure, setFurtherFailure] = useState<Failure>();
	const [isLoading, setIsLoading] = useState(false);
	if (first === undefined) {
		return failure === undefined ? (
			<Waiting />
		) : (
			<FailureNotice failure={failure} onRetry={retry} />
		);
	}
	const pages = [first, ...further];
	const items = pages.flatMap((page) => page.items);
	const nextCursor = pages.at(-1)?.nextCursor;
	if (items.length === 0) return <Empty />;

	const more = async (): Promise<void> => {
		if (isLoading || nextCursor === undefined) return;
		setIsLoading(true);
		setFurtherFailure(undefined);
		try {
			const page = await orders.list({ limit: PAGE_SIZE, cursor: nextCursor });
			setFurther([...further, page]);
		} catch (error) {
			const failed = failureOf(error);
			if (failed.kind === 'signedOut') signInAgain();
			else setFurtherFailure(failed);
		} finally {
			setIsLoading(false);
		}
	};
	return (
		<>
			<ul class="order-cards">
				{items.map((order) => (
					<OrderCard key={order.id} order={order} />
				))}
			</ul>
			{furtherFailure !== undefined && <FailureNotice failure={furtherFailure} />}
			{nextCursor !== undefined && (
				<p class="more">
					<button
						type="button"
						class="button"
						aria-disabled={isLoading}
						onClick={() => void more()}
					>
						Show earlier orders
					</button>
				</p>
			)}
		</>
	);
}

function OrderCard({ order: { id, status, lines, total, createdAt } }: { readonly order: Order }) {
	const pieces = lines.reduce((sum, { quantity }) => sum + quantity, 0);
	return (
		<li class="order-card">
			<div class="order-card-art">
				{lines.slice(0, PICTURES).map(({ sku }) => (
					<ProductArt key={sku} sku={sku} />
				))}
			</div>
			<div>
				<h2>
					<a class="tile-link" href={addressOf.order(id)}>
						{moment(createdAt)}
						<span class="unseen">, order {id.slice(0, 8)}</span>
					</a>
				</h2>
				<p class="fine">
					{counted(pieces, 'piece', 'pieces')}
					{lines.length > PICTURES && ` of ${lines.length} kinds`}
				</p>
			</div>
			<OrderStatusLabel status={status} />
			<p class="price">{money(total)}</p>
		</li>
	);
}

function Empty() {
	return (
		<div class="empty">
			<ProductArt sku="NONE" />
			<p class="lead">You have not ordered anything yet.</p>
			<p>
				<a class="button button-main" href={addressOf.catalogue()}>
					See all products
				</a>
			</p>
		</div>
	);
}

function Waiting() {
	return (
		<ul class="order-cards" aria-busy="true" aria-label="Your orders">
			{[1, 2, 3].map((number) => (
				<li key={number} class="order-card order-card-waiting">
					<span class="bar" />
				</li>
			))}
		</ul>
	);
}
