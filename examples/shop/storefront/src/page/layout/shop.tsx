import { SignInView } from '../account/sign-in-view.tsx';
import { SignUpView } from '../account/sign-up-view.tsx';
import { BasketView } from '../basket/basket-view.tsx';
import { CatalogueView } from '../catalogue/catalogue-view.tsx';
import { ProductView } from '../catalogue/product-view.tsx';
import { Announcer } from '../design/announcer.tsx';
import { OrderView } from '../orders/order-view.tsx';
import { OrdersView } from '../orders/orders-view.tsx';
import { route } from '../routing/navigation.ts';
import { AwayBanner } from './away-banner.tsx';
import { Footer } from './footer.tsx';
import { Header } from './header.tsx';
import { UnknownView } from './unknown-view.tsx';

/** The whole page. */
export function Shop() {
	return (
		<>
			<a class="skip" href="#main">
				Skip to the content
			</a>
			<Header />
			<AwayBanner />
			<View />
			<Footer />
			<Announcer />
		</>
	);
}

function View() {
	const now = route.value;
	switch (now.view) {
		case 'catalogue':
			return <CatalogueView query={now.query} category={now.category} />;
		case 'product':
			return <ProductView key={now.sku} sku={now.sku} />;
		case 'basket':
			return <BasketView />;
		case 'signIn':
			return <SignInView next={now.next} />;
		case 'signUp':
			return <SignUpView next={now.next} />;
		case 'orders':
			return <OrdersView />;
		case 'order':
			return <OrderView key={now.id} id={now.id} />;
		case 'unknown':
			return <UnknownView />;
	}
}
