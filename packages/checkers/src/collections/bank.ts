import type { Operation } from '../history/operation.ts';
import type { Verdict } from '../verdict.ts';
import { violation } from '../violation.ts';

/** Of a read: the balance of every account at one moment. */
export type Balances = Readonly<Record<string, number>>;

export interface BankOptions {
	/** What all accounts together hold, at any time. */
	readonly total: number;
	/** Whether an account may be overdrawn; no when absent. */
	readonly mayOwe?: boolean;
}

/**
 * Whether money that moves between accounts is neither made nor lost, as every snapshot shows it.
 * Operations without an output, such as transfers, are not looked at.
 */
export function checkBank(
	history: readonly Operation<unknown, Balances | null>[],
	{ total, mayOwe = false }: BankOptions,
): Verdict {
	for (const { process, output, outcome, calledAt } of history) {
		if (outcome !== 'ok' || output === undefined || output === null) continue;
		const accounts = Object.entries(output);
		const lines = [
			`process ${process}, called at ${calledAt}:`,
			...accounts.map(([name, balance]) => `  ${name}: ${balance}`),
		];
		const sum = accounts.reduce((soFar, [, balance]) => soFar + balance, 0);
		if (sum !== total) {
			return violation('wrong-total', `a snapshot adds up to ${sum} instead of ${total}`, lines);
		}
		const [owing] = accounts.filter(([, balance]) => balance < 0);
		if (owing !== undefined && !mayOwe) {
			return violation('overdrawn', `the account ${owing[0]} is overdrawn`, lines);
		}
	}
	return { verdict: 'ok' };
}
