import type { Transaction } from './observations.ts';

/**
 * Pairs (earlier, later) whose transitive closure is real time: the earlier one returned before the
 * later one was called. Only the frontier is kept, the returned transactions that no other returned
 * one follows, so there are at most as many pairs for a transaction as there were clients at once.
 */
export function* realTimeOrder(
	transactions: readonly Transaction[],
): Generator<readonly [Transaction, Transaction]> {
	let frontier: readonly Transaction[] = [];
	const seenByCall = new Map<Transaction, readonly Transaction[]>();
	for (const { transaction, isCall } of inTime(transactions)) {
		if (isCall) {
			for (const earlier of frontier) yield [earlier, transaction];
			seenByCall.set(transaction, frontier);
		} else {
			const covered = new Set(seenByCall.get(transaction));
			frontier = [...frontier.filter((one) => !covered.has(one)), transaction];
		}
	}
}

/** At equal times calls come first: such transactions were at work together. */
function inTime(transactions: readonly Transaction[]) {
	const events = transactions
		.filter(({ isCommitted }) => isCommitted)
		.flatMap((transaction) => {
			const { calledAt, returnedAt, outcome } = transaction.operation;
			const call = { transaction, isCall: true, at: calledAt };
			// Without an answer it may take effect at any later time.
			if (outcome !== 'ok') return [call];
			return [call, { transaction, isCall: false, at: returnedAt }];
		});
	return events.sort(
		(left, right) => left.at - right.at || Number(right.isCall) - Number(left.isCall),
	);
}
