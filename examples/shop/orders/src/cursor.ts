import type { Order } from '@shop/contracts';

/** Where a page ended in a list of orders, newest first. */
export interface Place {
	readonly createdAtMs: number;
	readonly id: string;
}

/** A cursor that goes on behind this order. */
export function cursorBehind({ createdAt, id }: Order): string {
	return Buffer.from(`${Date.parse(createdAt)} ${id}`).toString('base64url');
}

/** The place that a cursor stands for; `undefined` when no list of orders made it. */
export function placeOf(cursor: string): Place | undefined {
	const text = Buffer.from(cursor, 'base64url').toString();
	const match = /^(?<createdAtMs>\d{1,15}) (?<id>[0-9a-f-]{36})$/.exec(text);
	if (match?.groups === undefined) return undefined;
	return { createdAtMs: Number(match.groups.createdAtMs), id: match.groups.id ?? '' };
}
