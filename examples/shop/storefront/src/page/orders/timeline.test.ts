import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrderStatus, RejectionReason } from '@shop/contracts';
import { timelineOf } from './timeline.ts';

test('each way that an order can end is told step by step, each step by its service', () => {
	const states = (...[status, reason]: [OrderStatus, RejectionReason?]): string =>
		timelineOf({ status, ...(reason && { reason }) })
			.map(({ service, state }) => `${service} ${state}`)
			.join(', ');
	assert.equal(states('pending'), 'orders done, products active, payments active, orders active');
	assert.equal(states('confirmed'), 'orders done, products done, payments done, orders done');
	assert.equal(
		states('rejected', 'declined'),
		'orders done, products undone, payments failed, orders failed',
	);
	assert.equal(
		states('rejected', 'outOfStock'),
		'orders done, products failed, payments skipped, orders failed',
	);
	assert.equal(states('cancelled'), 'orders done, products undone, payments undone, orders done');
});

test('whatever is rejected says that nothing was charged', () => {
	for (const reason of RejectionReason.options) {
		const payment = timelineOf({ status: 'rejected', reason })[2];
		assert.match(payment?.text ?? '', /Nothing was charged/);
	}
	for (const status of OrderStatus.options) assert.equal(timelineOf({ status }).length, 4);
});
