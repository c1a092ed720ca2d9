// The service behind every edge: it prices what it is asked for, so that the answer shows the input.
import { z } from 'zod';

const Sku = z.string().regex(/^SKU-\d{1,12}$/);
const Quantity = z.int().min(1).max(1_000);
const Currency = z.enum(['EUR', 'USD']);

export const QuoteInput = z.object({ sku: Sku, quantity: Quantity, currency: Currency });
/** The same where every value is text. */
export const QuotePath = z.object({ sku: Sku });
export const QuoteQuery = z.object({
	quantity: z.coerce.number().pipe(Quantity),
	currency: Currency,
});
export const Quote = z.object({
	...QuoteInput.shape,
	unitMinor: z.int(),
	totalMinor: z.int(),
});
export type Quote = z.infer<typeof Quote>;

export const BasketInput = z.object({
	customer: z.string().max(64),
	lines: z
		.array(z.object({ sku: Sku, quantity: Quantity }))
		.min(1)
		.max(50),
	currency: Currency,
});
export const Basket = z.object({
	customer: z.string(),
	lines: z.array(z.object({ sku: Sku, quantity: Quantity, unitMinor: z.int() })),
	currency: Currency,
	totalMinor: z.int(),
});
export type Basket = z.infer<typeof Basket>;

/** The handlers, which count how often they run. */
export class Quotes {
	runs = 0;

	quote({ sku, quantity, currency }: z.infer<typeof QuoteInput>): Quote {
		this.runs++;
		const unitMinor = unitPrice(sku);
		return { sku, quantity, currency, unitMinor, totalMinor: quantity * unitMinor };
	}

	basket({ customer, lines, currency }: z.infer<typeof BasketInput>): Basket {
		this.runs++;
		const priced = lines.map((line) => ({ ...line, unitMinor: unitPrice(line.sku) }));
		const totalMinor = priced.reduce((sum, line) => sum + line.quantity * line.unitMinor, 0);
		return { customer, lines: priced, currency, totalMinor };
	}
}

export function unitPrice(sku: string): number {
	return 100 + (Number(sku.slice(4)) % 900);
}
