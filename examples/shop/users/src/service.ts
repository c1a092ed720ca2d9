import { randomUUID } from 'node:crypto';
import { Users } from '@shop/contracts';
import { service, type Writer } from 'flotilla';
import { z } from 'zod';
import { migrations } from './migrations.ts';
import { findSigningKey, keepSigningKey, type SigningKey } from './signing-key.ts';
import { signedToken } from './token.ts';

/** Who vouches for the tokens: the gateway trusts this name with the keys of this service. */
export const tokenIssuer = 'shop';

const tokenLifetimeSeconds = 12 * 60 * 60;

const Account = z.object({ id: z.string(), passwordHash: z.string() });

export const users = service(Users, { migrations }, ({ tx, read, crypto }) => {
	// Checked when the address is unknown, so that both refusals take equally long.
	const nobodysHash = crypto.hashPassword('the password of nobody');

	const keepNewSigningKey = (t: Writer): Promise<SigningKey> =>
		keepSigningKey(t, { kid: randomUUID(), privateKey: crypto.generateKeyPair().privateKey });

	return {
		queries: {
			keys: async () => {
				const key = await read(findSigningKey);
				if (key === undefined) return { keys: [] };
				const { kty, crv, x } = key.privateKey;
				return { keys: [{ kty, crv, x, kid: key.kid, alg: 'EdDSA', use: 'sig' }] };
			},
		},

		commands: {
			register: async ({ email, name, password }, { errors }) => {
				// Hashing is slow on purpose: before the transaction, which others would have to wait for.
				const passwordHash = await crypto.hashPassword(password);
				const user = { id: randomUUID(), email, name };
				return tx(async (t) => {
					const { changes } = await t.run`
						insert into users (id, email, name, password_hash, created_at_ms)
						values (${user.id}, ${email}, ${name}, ${passwordHash}, ${Date.now()})
						on conflict do nothing`;
					if (changes === 0) throw errors.emailTaken({ email });
					return user;
				});
			},

			signIn: async ({ email, password }, { errors }) => {
				const account = await read(
					(t) => t.first(Account)`
						select id, password_hash from users where lower(email) = ${email.toLowerCase()}`,
				);
				const hash = account?.passwordHash ?? (await nobodysHash);
				const matches = await crypto.verifyPassword(password, hash);
				if (account === undefined || !matches) throw errors.wrongCredentials({});

				return tx(async (t) => {
					const { kid, privateKey } = (await findSigningKey(t)) ?? (await keepNewSigningKey(t));
					const iat = Math.floor(Date.now() / 1_000);
					const exp = iat + tokenLifetimeSeconds;
					const claims = { iss: tokenIssuer, sub: account.id, scope: 'user', iat, exp };
					return { token: signedToken(claims, kid, (data) => crypto.sign(privateKey, data)) };
				});
			},

			prepareKeys: () =>
				tx(async (t) => {
					if ((await findSigningKey(t)) === undefined) await keepNewSigningKey(t);
				}),
		},
	};
});
