import { pieces } from '../basket/basket.ts';
import { basket } from '../basket/kept-basket.ts';
import { SearchBox } from '../catalogue/search-box.tsx';
import { sessions } from '../connection/shop.ts';
import { isDark, switchAppearance } from '../design/appearance.ts';
import { Icon } from '../design/icon.tsx';
import { presentAddress, route } from '../routing/navigation.ts';
import { addressOf } from '../routing/routes.ts';

export function Header() {
	return (
		<header class="header">
			<a class="brand" href={addressOf.catalogue()}>
				<Mark />
				Quayside
			</a>
			<SearchBox />
			<nav class="actions" aria-label="Shop">
				<button
					type="button"
					class="action"
					aria-pressed={isDark()}
					aria-label="Dark appearance"
					onClick={switchAppearance}
				>
					<Icon name="moon" />
				</button>
				<AccountLink />
				<BasketLink />
			</nav>
		</header>
	);
}

function AccountLink() {
	const now = route.value;
	if (sessions.session.value === undefined) {
		// Whoever is about to sign in keeps the way back that is in the address.
		const next = now.view === 'signIn' || now.view === 'signUp' ? now.next : presentAddress();
		return (
			<a class="action" href={addressOf.signIn(next)}>
				<Icon name="person" />
				<span class="action-text">Sign in</span>
			</a>
		);
	}
	return (
		<a
			class="action"
			href={addressOf.orders}
			aria-current={now.view === 'orders' ? 'page' : undefined}
		>
			<Icon name="orders" />
			<span class="action-text">Your orders</span>
		</a>
	);
}

function BasketLink() {
	const number = pieces(basket.value);
	const isHere = route.value.view === 'basket';
	return (
		<a class="action" href={addressOf.basket} aria-current={isHere ? 'page' : undefined}>
			<Icon name="basket" />
			<span class="action-text">Basket</span>
			{number > 0 && <span class="badge">{number > 99 ? '99+' : number}</span>}
			<span class="unseen">{number === 0 ? 'empty' : number === 1 ? 'piece' : 'pieces'}</span>
		</a>
	);
}

function Mark() {
	return (
		<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
			<path class="mark-sail" d="M16 4v16H5A16 16 0 0 1 16 4Z" />
			<path class="mark-jib" d="M18 8v12h9A13 13 0 0 0 18 8Z" />
			<path class="mark-hull" d="M4 22.5h24a10 6.5 0 0 1-24 0Z" />
		</svg>
	);
}
