/** What an address of the storefront shows. */
export type Route =
	| { readonly view: 'catalogue'; readonly query: string; readonly category: string }
	| { readonly view: 'product'; readonly sku: string }
	| { readonly view: 'basket' }
	/** `next` is where to go after it. */
	| { readonly view: 'signIn' | 'signUp'; readonly next: string }
	| { readonly view: 'orders' }
	| { readonly view: 'order'; readonly id: string }
	| { readonly view: 'unknown' };

/** Reads an address; whatever the storefront does not know is `unknown`. */
export function routeOf({ pathname, searchParams }: URL): Route {
	const [first = '', second, ...rest] = pathname.slice(1).split('/').map(decoded);
	if (rest.length > 0 || second === '') return { view: 'unknown' };
	if (second !== undefined) {
		if (first === 'products') return { view: 'product', sku: second };
		if (first === 'orders') return { view: 'order', id: second };
		return { view: 'unknown' };
	}
	const next = returnPath(searchParams.get('next'));
	switch (first) {
		case '':
			return {
				view: 'catalogue',
				query: searchParams.get('query') ?? '',
				category: searchParams.get('category') ?? '',
			};
		case 'basket':
			return { view: 'basket' };
		case 'orders':
			return { view: 'orders' };
		case 'sign-in':
			return { view: 'signIn', next };
		case 'sign-up':
			return { view: 'signUp', next };
		default:
			return { view: 'unknown' };
	}
}

/** The addresses of the views. */
export const addressOf = {
	catalogue: ({ query = '', category = '' } = {}): string => `/${search({ query, category })}`,
	product: (sku: string): string => `/products/${encodeURIComponent(sku)}`,
	basket: '/basket',
	orders: '/orders',
	order: (id: string): string => `/orders/${encodeURIComponent(id)}`,
	signIn: (next: string): string => `/sign-in${search({ next: next === '/' ? '' : next })}`,
	signUp: (next: string): string => `/sign-up${search({ next: next === '/' ? '' : next })}`,
};

/** A link that somebody was sent must not lead to another site once they have signed in. */
function returnPath(next: string | null): string {
	return next !== null && /^\/(?![/\\])/.test(next) ? next : '/';
}

function search(fields: Readonly<Record<string, string>>): string {
	const filled = Object.entries(fields).filter(([, value]) => value !== '');
	return filled.length === 0 ? '' : `?${new URLSearchParams(filled)}`;
}

function decoded(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}
