import { timelineOf } from '../explanation/timeline.ts';
import type { Operation } from '../history/operation.ts';
import { checkWellFormed } from '../history/well-formed.ts';
import type { Verdict } from '../verdict.ts';
import { violation } from '../violation.ts';

/** Of a read: the balance of every account at one moment. */
export type Balances = Readonly<Record<string, number>>;

/** What the accounts of a bank may hold. */
export interface BankOptions {
	/** What all accounts together hold, at any time. */
	readonly total: number;
	/** Whether an account may be overdrawn; no when absent. */
	readonly mayOwe?: boolean;
}

/**
 * Whether money that moves between accounts is neither made nor lost, as every snapshot shows it.
 * Operations without an output, such as transfers, are not looked at. Balances are whole numbers.
 *
 * @returns `unknown` where no snapshot was answered
 * @throws {HistoryError} if no clients can have seen this history: see `checkWellFormed`
 */
export function checkBank(
	history: readonly Operation<unknown, Balances | null>[],
	{ total, mayOwe = false }: BankOptions,
): Verdict {
	checkWellFormed(history);
	let snapshots = 0;
	for (const read of history) {
		const { process, output, outcome, calledAt } = read;
		if (outcome !== 'ok' || output === undefined || output === null) continue;
		snapshots++;
		const accounts = Object.entries(output);
		const lines = [
			`process ${process}, called at ${calledAt}:`,
			...accounts.map(([name, balance]) => `  ${name}: ${balance}`),
		];
		const picture = timelineOf([read], () => label(accounts), new Set([read]));
		const sum = accounts.reduce((soFar, [, balance]) => soFar + balance, 0);
		if (sum !== total) {
			return violation(
				'wrong-total',
				`a snapshot adds up to ${sum} instead of ${total}`,
				lines,
				picture,
			);
		}
		const [owing] = accounts.filter(([, balance]) => balance < 0);
		if (owing !== undefined && !mayOwe) {
			return violation('overdrawn', `the account ${owing[0]} is overdrawn`, lines, picture);
		}
	}
	if (snapshots > 0) return { verdict: 'ok' };
	return { verdict: 'unknown', reason: 'no read was answered, so nothing can be said' };
}

const label = (accounts: readonly (readonly [string, number])[]): string =>
	`read → ${accounts.map(([name, balance]) => `${name} ${balance}`).join(', ')}`;
