import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { Users } from '@shop/contracts';
import { isDeclaredError } from 'flotilla';
import type { TestShop } from './testing-shop.ts';

const ada = { email: 'ada@example.com', name: 'Ada', password: 'analytical engine' };

/** What the shop promises about users, for whatever database it runs on. */
export const userScenarios: Readonly<Record<string, (shop: TestShop) => Promise<void>>> = {
	'an email address belongs to one user, however it is written': async ({ fleet }) => {
		const users = fleet.client(Users);
		const user = await users.register(ada);
		assert.deepEqual(user, { id: user.id, email: ada.email, name: ada.name });
		const again = users.register({ ...ada, email: 'ADA@example.com', password: 'another one' });
		await assert.rejects(again, (error) => isDeclaredError(error, 'emailTaken'));
		const rivals = Array.from({ length: 5 }, (_, index) =>
			users.try.register({ ...ada, email: 'bob@example.com', name: `Bob ${index}` }),
		);
		assert.equal((await Promise.all(rivals)).filter(({ ok }) => ok).length, 1);
	},

	'a token names its user, expires, and is signed with a key that is public': async ({ fleet }) => {
		const users = fleet.client(Users);
		assert.deepEqual(await users.keys(), { keys: [] });
		const { id } = await users.register(ada);
		const sessions = await Promise.all(
			Array.from({ length: 4 }, () =>
				users.signIn({ email: 'Ada@Example.com', password: ada.password }),
			),
		);
		const { keys } = await users.keys();
		assert.equal(keys.length, 1, 'those who come first at once agree on one key');
		for (const { token } of sessions) {
			const [header = '', payload = '', signature = ''] = token.split('.');
			assert.equal(decoded(header).kid, keys[0]?.kid);
			const { sub, scope, iat, exp } = decoded(payload);
			assert.deepEqual({ sub, scope }, { sub: id, scope: 'user' });
			assert.equal(Number(exp) - Number(iat), 12 * 60 * 60);
			const key = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' });
			const signed = Buffer.from(`${header}.${payload}`);
			assert.ok(verify(null, signed, key, Buffer.from(signature, 'base64url')));
		}
	},

	'neither the answer nor its time tells whether an address is known': async ({ fleet }) => {
		const users = fleet.client(Users);
		await users.register(ada);
		const refusedAfterMs = async (email: string): Promise<number> => {
			const startMs = performance.now();
			const answer = await users.try.signIn({ email, password: 'a wrong password' });
			assert.equal(answer.ok ? 'signed in' : answer.error.code, 'wrongCredentials');
			return performance.now() - startMs;
		};
		// The best of many: whatever else the machine does only makes single ones slower. A hash takes
		// tens of milliseconds, a lookup less than one, so minima that a lookup alone decides stay apart.
		let [knownMs, unknownMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
		const areAlike = (): boolean => knownMs < 2 * unknownMs && unknownMs < 2 * knownMs;
		for (let round = 0; round < 5 || (round < 50 && !areAlike()); round++) {
			knownMs = Math.min(knownMs, await refusedAfterMs(ada.email));
			unknownMs = Math.min(unknownMs, await refusedAfterMs('nobody@example.com'));
		}
		assert.ok(areAlike(), `known: ${knownMs} ms; unknown: ${unknownMs} ms`);
	},
};

function decoded(part: string): Record<string, unknown> {
	return JSON.parse(Buffer.from(part, 'base64url').toString());
}
