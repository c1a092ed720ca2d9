import { euros, Orders, Payments, Products } from '@shop/contracts';
import { type Reader, type Service, service, type Writer } from 'flotilla';
import { z } from 'zod';
import { migrations } from './migrations.ts';
import { PaymentState, whenCancelled, whenReserved } from './payment.ts';

export interface PaymentsOptions {
	/** Payments above this are declined, so that failures can be seen. In cents. */
	readonly declineAboveMinor: number;
}

const PaymentRow = z.object({ state: PaymentState, amountMinor: z.int() });

const BalanceRow = z.object({ name: z.string(), balanceMinor: z.int() });

/** A payments service with a limit of its own. */
export function payments({ declineAboveMinor }: PaymentsOptions): Service {
	const needs = { products: Products, orders: Orders };

	return service(Payments, { needs, migrations }, ({ read }) => ({
		queries: {
			limit: () => ({ limit: euros(declineAboveMinor) }),

			ledger: async () => {
				const balances = await read(
					(t) => t.all(BalanceRow)`
						select name, cast(coalesce(sum(amount_minor), 0) as bigint) as balance_minor
						from accounts left join entries on account = name
						group by name order by name`,
				);
				return { accounts: balances.map((balance) => ({ ...balance, currency: 'EUR' })) };
			},
		},

		on: {
			products: {
				stockReserved: async ({ orderId, total }, { t }) => {
					const payment = await find(t, orderId);
					const next = whenReserved(payment?.state, total.amountMinor, declineAboveMinor);
					if (next === undefined) return;
					await save(t, orderId, next, total.amountMinor);
					if (next === 'declined') {
						t.emit.declined({ orderId });
					} else {
						await book(t, orderId, 'capture', total.amountMinor);
						t.emit.captured({ orderId });
					}
				},
			},
			orders: {
				cancelled: async ({ orderId }, { t }) => {
					const payment = await find(t, orderId);
					const next = whenCancelled(payment?.state);
					if (next === undefined) return;
					await save(t, orderId, next, payment?.amountMinor ?? 0);
					if (payment !== undefined) await book(t, orderId, 'refund', -payment.amountMinor);
				},
			},
		},
	}));
}

function find(t: Reader, orderId: string): Promise<z.infer<typeof PaymentRow> | undefined> {
	return t.first(PaymentRow)`select state, amount_minor from payments where order_id = ${orderId}`;
}

async function save(
	t: Writer,
	orderId: string,
	state: PaymentState,
	amountMinor: number,
): Promise<void> {
	await t.run`
		insert into payments (order_id, state, amount_minor)
		values (${orderId}, ${state}, ${amountMinor})
		on conflict (order_id) do update set state = ${state}`;
}

/** Double entry: what one account gains another one gives, so the ledger always sums to zero. */
async function book(
	t: Writer,
	orderId: string,
	booking: 'capture' | 'refund',
	amountMinor: number,
): Promise<void> {
	const now = Date.now();
	await t.run`
		insert into entries (order_id, booking, account, amount_minor, booked_at_ms) values
			(${orderId}, ${booking}, 'cash', ${amountMinor}, ${now}),
			(${orderId}, ${booking}, 'sales', ${-amountMinor}, ${now})`;
}
