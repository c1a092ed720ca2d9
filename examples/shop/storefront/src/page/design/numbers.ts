import type { Money } from '@shop/contracts';

/** The browser's languages decide how numbers and dates look. */
const asMoney = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'EUR' });
const asDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const asTime = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const asCount = new Intl.NumberFormat();

/** `€18.90`. Amounts are in cents, whole, so that this division is the only one there is. */
export function money({ amountMinor }: Pick<Money, 'amountMinor'>): string {
	return asMoney.format(amountMinor / 100);
}

/** `1,300`. */
export function count(number: number): string {
	return asCount.format(number);
}

/** `1 piece`, `3 pieces`. */
export function counted(number: number, one: string, many: string): string {
	return `${count(number)} ${number === 1 ? one : many}`;
}

/** Day and time of an ISO 8601 moment. */
export function moment(iso: string): string {
	return asDay.format(new Date(iso));
}

/** Time of day, to the second. */
export function timeOfDay(date: Date): string {
	return asTime.format(date);
}
