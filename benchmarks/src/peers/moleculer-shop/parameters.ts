// What fastest-validator checks before a handler runs. `$$strict` refuses what is not named.
const sku = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9-]{0,39}$' } as const;
const cursor = { type: 'string', pattern: '^[A-Za-z0-9_-]{1,200}$', optional: true } as const;
const limit = {
	type: 'number',
	integer: true,
	min: 1,
	max: 100,
	default: 20,
	convert: true,
} as const;
const email = { type: 'email', max: 254 } as const;
const line = (max: number) => ({
	type: 'string',
	max,
	pattern: '^[^\\p{Cc}]*$',
	patternFlags: 'u',
});
const count = (min: number, max: number) => ({ type: 'number', integer: true, min, max });
const lines = (quantityMax: number) => ({
	type: 'array',
	min: 1,
	max: 50,
	items: { type: 'object', props: { sku, quantity: count(1, quantityMax) }, strict: true },
});
const money = {
	type: 'object',
	props: {
		amountMinor: { type: 'number', integer: true },
		currency: { type: 'equal', value: 'EUR' },
	},
} as const;

export const newUser = {
	$$strict: true,
	email,
	name: { ...line(100), empty: false },
	password: { type: 'string', min: 8, max: 128 },
};
export const credentials = { $$strict: true, email, password: { type: 'string', max: 128 } };
export const search = { $$strict: true, query: { ...line(100), optional: true }, limit, cursor };
export const bySku = { $$strict: true, sku };
export const skus = { $$strict: true, skus: { type: 'array', min: 1, max: 50, items: sku } };
export const adjustment = {
	$$strict: true,
	sku,
	onHand: count(0, 1_000_000_000),
	version: count(1, Number.MAX_SAFE_INTEGER),
};
export const newOrder = { $$strict: true, lines: lines(1_000) };
export const byId = { $$strict: true, id: { type: 'string', pattern: '^[A-Za-z0-9-]{1,64}$' } };
export const paging = { $$strict: true, limit, cursor };

// The data of events.
const orderId = 'string';
const userId = 'string';
export const aboutOrder = { orderId };
export const placed = { orderId, userId, lines: lines(50_000), total: money };
export const reserved = { orderId, userId, total: money };
