import { Database } from './database.ts';
import type { Emit, Events } from './model.ts';

const MIGRATIONS = [
	`create table payments (
		order_id text primary key,
		state text not null,
		amount_minor integer not null
	);
	create table accounts (name text primary key);
	insert into accounts (name) values ('cash'), ('sales');
	create table entries (
		order_id text not null references payments (order_id),
		booking text not null,
		account text not null references accounts (name),
		amount_minor integer not null,
		booked_at_ms integer not null,
		primary key (order_id, booking, account)
	)`,
];

/** `void` remembers a cancellation that came before the stock was reserved. */
type State = 'captured' | 'declined' | 'refunded' | 'void';

interface Payment {
	readonly state: State;
	readonly amount_minor: number;
}

export interface Account {
	readonly name: string;
	readonly balanceMinor: number;
	readonly currency: 'EUR';
}

export class Payments {
	readonly #db = new Database('payments', MIGRATIONS);
	readonly #declineAboveMinor = Number(process.env.STORE_DECLINE_ABOVE_MINOR ?? 100_000);
	readonly #emit: Emit;

	constructor(emit: Emit) {
		this.#emit = emit;
	}

	ledger(): { accounts: Account[] } {
		const balances = this.#db.all<Omit<Account, 'currency'>>(
			`select name, coalesce(sum(amount_minor), 0) as balanceMinor
			from accounts left join entries on account = name group by name order by name`,
		);
		return { accounts: balances.map((balance) => ({ ...balance, currency: 'EUR' })) };
	}

	whenReserved({ orderId, total }: Events['products.stockReserved']): void {
		const { amountMinor } = total;
		const next = this.#db.transaction(() => {
			if (this.#find(orderId) !== undefined) return undefined;
			const state = amountMinor > this.#declineAboveMinor ? 'declined' : 'captured';
			this.#save(orderId, state, amountMinor);
			if (state === 'captured') this.#book(orderId, 'capture', amountMinor);
			return state;
		});
		if (next !== undefined) this.#emit(`payments.${next}`, { orderId });
	}

	whenCancelled({ orderId }: Events['orders.cancelled']): void {
		this.#db.transaction(() => {
			const payment = this.#find(orderId);
			if (payment === undefined) this.#save(orderId, 'void', 0);
			if (payment?.state !== 'captured') return;
			this.#save(orderId, 'refunded', payment.amount_minor);
			this.#book(orderId, 'refund', -payment.amount_minor);
		});
	}

	#find(orderId: string): Payment | undefined {
		return this.#db.get('select state, amount_minor from payments where order_id = ?', orderId);
	}

	#save(orderId: string, state: State, amountMinor: number): void {
		this.#db.run(
			`insert into payments (order_id, state, amount_minor) values (?, ?, ?)
			on conflict (order_id) do update set state = excluded.state`,
			...[orderId, state, amountMinor],
		);
	}

	/** Double entry: what one account gains another one gives. */
	#book(orderId: string, booking: string, amountMinor: number): void {
		const insert = `insert into entries (order_id, booking, account, amount_minor, booked_at_ms)
			values (?, ?, ?, ?, ?)`;
		const now = Date.now();
		this.#db.run(insert, orderId, booking, 'cash', amountMinor, now);
		this.#db.run(insert, orderId, booking, 'sales', -amountMinor, now);
	}
}
