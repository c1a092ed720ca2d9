import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionKeeper } from './session.ts';

function storage() {
	const items = new Map<string, string>();
	return {
		getItem: (key: string) => items.get(key) ?? null,
		setItem: (key: string, value: string) => void items.set(key, value),
		removeItem: (key: string) => void items.delete(key),
	};
}

function tokenWith(claims: object): string {
	return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;
}

const token = tokenWith({ sub: 'ada?>~', exp: 100 });

test('a session is there again after a reload, until its token expires', () => {
	const kept = storage();
	let nowMs = 0;
	const first = new SessionKeeper(kept, () => nowMs);
	assert.equal(first.session.value, undefined);
	first.begin(token, 'ada@example.com');
	const session = { token, email: 'ada@example.com', subject: 'ada?>~', expiresAtMs: 100_000 };
	assert.deepEqual(first.session.value, session);

	nowMs = 99_999;
	const second = new SessionKeeper(kept, () => nowMs);
	assert.deepEqual(second.session.value, session);
	nowMs = 100_000;
	second.check();
	assert.equal(second.session.value, undefined);
	assert.equal(second.hasExpired.value, true);
	assert.equal(new SessionKeeper(kept, () => 0).session.value, undefined, 'it is gone for good');
});

test('signing out is not expiring', () => {
	const keeper = new SessionKeeper(storage(), () => 0);
	keeper.begin(token, 'ada@example.com');
	keeper.end();
	assert.equal(keeper.session.value, undefined);
	assert.equal(keeper.hasExpired.value, false);
	keeper.begin(token, 'ada@example.com');
	keeper.expire();
	assert.equal(keeper.hasExpired.value, true);
	keeper.begin(token, 'ada@example.com');
	assert.equal(keeper.hasExpired.value, false);
});

test('what is no session is nobody', () => {
	for (const text of ['', 'null', '{}', '{"token":"x"}', '{"token":"a.b.c"}', '[1]']) {
		const kept = storage();
		kept.setItem('session', text);
		assert.equal(new SessionKeeper(kept, () => 0).session.value, undefined, text);
	}
	assert.throws(() => new SessionKeeper(storage(), () => 0).begin('no token', 'x'), TypeError);
});
