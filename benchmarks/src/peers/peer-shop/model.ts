// What the services say to each other and to clients.
export interface Money {
	readonly amountMinor: number;
	readonly currency: 'EUR';
}

export interface User {
	readonly id: string;
	readonly email: string;
	readonly name: string;
}

export interface Product {
	readonly sku: string;
	readonly name: string;
	readonly price: Money;
	readonly available: number;
}

export interface Stock {
	readonly sku: string;
	readonly onHand: number;
	readonly reserved: number;
	readonly version: number;
}

export interface Price {
	readonly sku: string;
	readonly price: Money;
}

export interface Line {
	readonly sku: string;
	readonly quantity: number;
}

export type OrderStatus = 'pending' | 'confirmed' | 'rejected' | 'cancelled';
export type Reason = 'outOfStock' | 'declined';

export interface Order {
	readonly id: string;
	readonly status: OrderStatus;
	readonly reason?: Reason;
	readonly lines: readonly (Line & { readonly price: Money })[];
	readonly total: Money;
	readonly createdAt: string;
}

export interface Page<Item> {
	readonly items: readonly Item[];
	readonly nextCursor?: string;
}

/** The data of each event. */
export interface Events {
	'orders.placed': { orderId: string; userId: string; lines: readonly Line[]; total: Money };
	'orders.confirmed': { orderId: string };
	'orders.rejected': { orderId: string; reason: Reason };
	'orders.cancelled': { orderId: string };
	'products.stockReserved': { orderId: string; userId: string; total: Money };
	'products.stockRefused': { orderId: string };
	'payments.captured': { orderId: string };
	'payments.declined': { orderId: string };
}

/** Tells an event to whoever listens to it. */
export type Emit = <Name extends keyof Events>(name: Name, data: Events[Name]) => void;

export function euros(amountMinor: number): Money {
	return { amountMinor, currency: 'EUR' };
}

export function encodeCursor(text: string): string {
	return Buffer.from(text).toString('base64url');
}

export function decodeCursor(cursor: string): string {
	return Buffer.from(cursor, 'base64url').toString();
}
