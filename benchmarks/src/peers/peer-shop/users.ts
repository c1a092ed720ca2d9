import { generateKeyPairSync, randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { importJWK, type JWK, SignJWT } from 'jose';
import { Database } from './database.ts';
import type { User } from './model.ts';
import { Refusal } from './refusal.ts';

export const TOKEN_ISSUER = 'shop';
const TOKEN_LIFETIME = '12h';

const MIGRATIONS = [
	`create table users (
		id text primary key,
		email text not null,
		name text not null,
		password_hash text not null,
		created_at_ms integer not null
	);
	create unique index users_by_email on users (lower(email));
	create table signing_key (slot text primary key check (slot = 'current'), jwk text not null)`,
];

interface NewUser {
	readonly email: string;
	readonly name: string;
	readonly password: string;
}

export class Users {
	readonly #db = new Database('users', MIGRATIONS);
	// Checked when the address is unknown, so that both refusals take equally long.
	readonly #nobodysHash = hashPassword('the password of nobody');
	#signingKey: JWK | undefined;

	async register({ email, name, password }: NewUser): Promise<User> {
		const passwordHash = await hashPassword(password);
		const user = { id: randomUUID(), email, name };
		const changes = this.#db.run(
			`insert into users (id, email, name, password_hash, created_at_ms)
			values (?, ?, ?, ?, ?) on conflict do nothing`,
			...[user.id, email, name, passwordHash, Date.now()],
		);
		if (changes === 0) throw new Refusal(409, 'emailTaken', { email });
		return user;
	}

	async signIn({ email, password }: Omit<NewUser, 'name'>): Promise<{ token: string }> {
		const account = this.#db.get<{ id: string; password_hash: string }>(
			'select id, password_hash from users where lower(email) = ?',
			email.toLowerCase(),
		);
		const hash = account?.password_hash ?? (await this.#nobodysHash);
		const matches = await verifyPassword(password, hash);
		if (account === undefined || !matches) throw new Refusal(401, 'wrongCredentials');
		const key = this.#key();
		const token = await new SignJWT({ scope: 'user' })
			.setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: key.kid ?? '' })
			.setIssuer(TOKEN_ISSUER)
			.setSubject(account.id)
			.setIssuedAt()
			.setExpirationTime(TOKEN_LIFETIME)
			.sign(await importJWK(key, 'EdDSA'));
		return { token };
	}

	keys(): { keys: JWK[] } {
		const { d: _, ...publicKey } = this.#key();
		return { keys: [{ ...publicKey, alg: 'EdDSA', use: 'sig' }] };
	}

	#key(): JWK {
		this.#signingKey ??= this.#db.transaction(() => {
			const { privateKey } = generateKeyPairSync('ed25519');
			const fresh = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID() };
			this.#db.run(
				`insert into signing_key (slot, jwk) values ('current', ?) on conflict do nothing`,
				JSON.stringify(fresh),
			);
			const kept = this.#db.get<{ jwk: string }>('select jwk from signing_key');
			return JSON.parse(kept?.jwk ?? '') as JWK;
		});
		return this.#signingKey;
	}
}

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

async function hashPassword(password: string): Promise<string> {
	const salt = randomBytes(16);
	const hash = await derive(password, salt, 32, COST);
	return `${salt.toString('base64')}$${hash.toString('base64')}`;
}

async function verifyPassword(password: string, stored: string): Promise<boolean> {
	const [salt = '', hash = ''] = stored.split('$');
	const derived = await derive(password, Buffer.from(salt, 'base64'), 32, COST);
	return timingSafeEqual(derived, Buffer.from(hash, 'base64'));
}
