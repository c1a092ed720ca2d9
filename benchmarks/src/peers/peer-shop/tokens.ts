import { timingSafeEqual } from 'node:crypto';
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import { Refusal } from './refusal.ts';
import { TOKEN_ISSUER } from './users.ts';

export interface Principal {
	readonly subject: string;
	readonly scope: 'user' | 'operator';
}

/** Who a bearer token stands for. The keys of the users service are fetched once. */
export class Tokens {
	readonly #fetchKeys: () => Promise<{ keys: JWK[] }>;
	#keys: Promise<ReturnType<typeof createLocalJWKSet>> | undefined;

	constructor(fetchKeys: () => Promise<{ keys: JWK[] }>) {
		this.#fetchKeys = fetchKeys;
	}

	/** @throws {Refusal} 401 without a valid token, 403 without the scope. */
	async principal(
		authorization: string | undefined,
		scope: Principal['scope'],
	): Promise<Principal> {
		const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
		if (token === undefined) throw new Refusal(401, 'unauthenticated');
		const principal = isOperator(token)
			? ({ subject: 'operator', scope: 'operator' } as const)
			: await this.#user(token);
		if (principal.scope !== scope) throw new Refusal(403, 'forbidden');
		return principal;
	}

	async #user(token: string): Promise<Principal> {
		this.#keys ??= this.#fetchKeys().then(createLocalJWKSet);
		const keys = await this.#keys.catch((error: unknown) => {
			this.#keys = undefined;
			throw error;
		});
		try {
			const { payload } = await jwtVerify(token, keys, {
				issuer: TOKEN_ISSUER,
				algorithms: ['EdDSA'],
				requiredClaims: ['sub', 'exp'],
			});
			return { subject: payload.sub ?? '', scope: 'user' };
		} catch {
			throw new Refusal(401, 'unauthenticated');
		}
	}
}

function isOperator(token: string): boolean {
	const wanted = Buffer.from(process.env.STORE_OPERATOR_TOKEN ?? '');
	const given = Buffer.from(token);
	return wanted.length >= 16 && wanted.length === given.length && timingSafeEqual(wanted, given);
}
