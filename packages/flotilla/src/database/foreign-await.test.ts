import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SqlResult, SqlSession } from '../host/database.ts';
import { ForeignAwaitGuard } from './foreign-await.ts';
import type { RunOutcome } from './session-run.ts';
import { sql } from './sql.ts';

const nothing: SqlResult = { rows: [], changes: 0 };

test('a function that waits for its statements only is left alone, however long they take', async () => {
	const world = openWorld();
	const outcome = world.run(async (t) => {
		await t.query(sql`select 1`);
		await t.query(sql`select 2`);
		return 'done';
	});
	await world.turns(3);
	world.answer();
	await world.turns(3);
	world.answer();
	await world.turns(1);
	assert.deepEqual(await outcome, { type: 'returned', value: 'done' });
});

test('a function may use as many microtasks as it likes', async () => {
	const world = openWorld();
	const outcome = world.run(async (t) => {
		for (let index = 0; index < 10_000; index += 1) await undefined;
		const answer = t.query(sql`select 1`);
		world.answer();
		await answer;
		for (let index = 0; index < 10_000; index += 1) await undefined;
		return 'done';
	});
	await world.turns(1);
	assert.deepEqual(await outcome, { type: 'returned', value: 'done' });
});

test('a function that waits for something else is given up in the next turn', async () => {
	const world = openWorld();
	const outcome = world.run(() => new Promise(() => {}));
	await world.turns(1);
	assert.equal(codeOf(await outcome), 'FLOTILLA_TX_FOREIGN_AWAIT');
});

test('a wait that begins after a statement is found when that has been answered', async () => {
	const world = openWorld();
	const outcome = world.run(async (t) => {
		await t.query(sql`update orders set paid = ${true}`);
		await new Promise(() => {});
	});
	await world.turns(2);
	world.answer();
	await world.turns(1);
	const end = await outcome;
	assert.equal(codeOf(end), 'FLOTILLA_TX_FOREIGN_AWAIT');
	assert.match(String((end as { error: unknown }).error), /after `update orders set paid = \?`/);
});

test('a function that was given up can do nothing any more', async () => {
	const world = openWorld();
	let wake = (): void => {};
	let late: Promise<unknown> | undefined;
	const outcome = world.run(async (t) => {
		await new Promise<void>((resolve) => {
			wake = resolve;
		});
		late = t.query(sql`delete from orders`);
		await late;
	});
	await world.turns(1);
	wake();
	await world.turns(1);
	assert.equal(codeOf(await outcome), 'FLOTILLA_TX_FOREIGN_AWAIT');
	await assert.rejects(late as Promise<unknown>, { code: 'FLOTILLA_TX_CLOSED' });
	assert.equal(world.sent, 0);
});

test('the end waits for a statement that nobody awaited, and fails with it', async () => {
	const world = openWorld();
	let ended = false;
	const outcome = world.run(async (t) => {
		void t.query(sql`delete from orders`);
		return 'done';
	});
	void outcome.then(() => {
		ended = true;
	});
	await world.turns(2);
	assert.equal(ended, false);
	world.fail(new Error('locked'));
	const end = await outcome;
	assert.equal(end.type === 'threw' && String(end.error), 'Error: locked');
});

test('what a function rejects with goes before the statement that failed, which is told as well', async () => {
	const world = openWorld();
	const refusal = new Error('duplicate');
	const answer = new Error('already there');
	const outcome = world.run(async (t) => {
		try {
			await t.query(sql`insert into orders values (1)`);
		} catch {
			throw answer;
		}
	});
	world.fail(refusal);
	assert.deepEqual(await outcome, { type: 'threw', error: answer, refusal });
});

test('a function that throws before it returns a promise has failed like any other', async () => {
	const world = openWorld();
	const outcome = await world.run(() => {
		throw new Error('at once');
	});
	assert.equal(outcome.type, 'threw');
});

function codeOf(outcome: RunOutcome<unknown>): unknown {
	return outcome.type === 'returned' ? 'returned' : (outcome.error as { code?: unknown }).code;
}

/** A guard under a clock that is turned by hand, and statements that are answered by hand. */
function openWorld() {
	let deferred: (() => void)[] = [];
	const guard = new ForeignAwaitGuard('orders', (callback) => deferred.push(callback));
	const pending: PromiseWithResolvers<SqlResult>[] = [];
	const world = {
		sent: 0,
		run: <T>(work: (t: SqlSession) => Promise<T>): Promise<RunOutcome<T>> =>
			guard.run(() => {
				const answer = Promise.withResolvers<SqlResult>();
				pending.push(answer);
				world.sent += 1;
				return answer.promise;
			}, work),
		answer: (): void => pending.shift()?.resolve(nothing),
		fail: (error: Error): void => pending.shift()?.reject(error),
		/** Lets the event loop turn: first everything that is queued, then what was deferred. */
		async turns(count: number): Promise<void> {
			for (let turn = 0; turn < count; turn += 1) {
				await new Promise(setImmediate);
				const callbacks = deferred;
				deferred = [];
				for (const callback of callbacks) callback();
			}
		},
	};
	return world;
}
