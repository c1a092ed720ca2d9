import { json, type Reader, type Writer } from 'flotilla';
import { z } from 'zod';

const PrivateKey = z.object({
	kty: z.literal('OKP'),
	crv: z.literal('Ed25519'),
	x: z.string(),
	d: z.string(),
});

/** The key that signs tokens. It lives in the database and is nobody else's to read. */
export const SigningKey = z.object({ kid: z.string(), privateKey: PrivateKey });
export type SigningKey = z.infer<typeof SigningKey>;

/** The key in use; `undefined` before anybody has signed in. */
export function findSigningKey(t: Reader): Promise<SigningKey | undefined> {
	return t.first(SigningKey)`select kid, private_key from signing_key where slot = 'current'`;
}

/** Keeps `key` if there is none yet, and answers the one that is kept. */
export async function keepSigningKey(t: Writer, key: SigningKey): Promise<SigningKey> {
	await t.run`
		insert into signing_key (slot, kid, private_key, created_at_ms)
		values ('current', ${key.kid}, ${json(key.privateKey)}, ${Date.now()})
		on conflict do nothing`; // Another instance may have been faster: then its key counts.
	return t.one(SigningKey)`select kid, private_key from signing_key where slot = 'current'`;
}
