import type { Principal } from 'flotilla';
import { isFlotillaError } from 'flotilla/adapter';
import { type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Verifier } from './authentication.ts';
import { KeySet } from './key-set.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** Whose tokens are taken, and what of them is believed. */
export interface JwtOptions {
	/** The `iss` that tokens must have. */
	readonly issuer: string;
	/** The `aud` that tokens must have; absent: tokens of this issuer for anybody are taken. */
	readonly audience?: string;
	/** The issuer's public keys; kept for ten minutes. Rejects when they cannot be fetched. */
	readonly keys: () => Promise<JSONWebKeySet>;
	/** The signature algorithms that are taken; only asymmetric ones. EdDSA and ES256 when absent. */
	readonly algorithms?: readonly JwtAlgorithm[];
	/** The claim with the scopes: words in a text, or a list of texts; `scope` when absent. */
	readonly scopesClaim?: string;
	/**
	 * The only scopes that this issuer may grant; others in its tokens are dropped. Absent: whatever
	 * it says. An issuer of customers must not be able to make operators.
	 */
	readonly scopes?: readonly string[];
	/** The claim with the tenant; absent: principals have none. */
	readonly tenantClaim?: string;
	/** How far the issuer's clock may be off, 0 to 300; 5 when absent. */
	readonly clockToleranceSeconds?: number;
	/** Another clock than that of the process. */
	readonly clock?: { wallMs(): number; monotonicMs(): number };
}

/** Signature algorithms that can be allowed: whoever verifies cannot sign. */
export type JwtAlgorithm =
	| 'EdDSA'
	| 'Ed25519'
	| 'ES256'
	| 'ES384'
	| 'ES512'
	| 'PS256'
	| 'PS384'
	| 'PS512'
	| 'RS256'
	| 'RS384'
	| 'RS512';

/**
 * A verifier for JSON Web Tokens, after RFC 8725: an allow-list of algorithms, keys from the issuer
 * only (`jwk`, `jku` and `x5u` in a token are refused, not ignored), an expiry that must be there,
 * and no critical extensions. A good token is remembered for a minute, so a key that its issuer
 * withdraws is good for eleven minutes at most.
 */
export function jwt(options: JwtOptions): Verifier {
	const { issuer, audience, scopesClaim = 'scope', tenantClaim, clock = systemClock } = options;
	const tolerance = options.clockToleranceSeconds ?? 5;
	if (!(tolerance >= 0 && tolerance <= 300)) {
		throw new TypeError(`clockToleranceSeconds is ${tolerance}, not 0 to 300`);
	}
	const algorithms: string[] = [...(options.algorithms ?? ['EdDSA', 'Ed25519', 'ES256'])];
	const symmetric = algorithms.find((name) => !/^(?:Ed25519|EdDSA|(?:ES|PS|RS)\d+)$/.test(name));
	if (symmetric !== undefined) throw new TypeError(`the algorithm ${symmetric} is not asymmetric`);
	const granted = options.scopes === undefined ? undefined : new Set(options.scopes);
	const keys = new KeySet(options.keys, clock);
	const verified = new VerifiedTokens(clock);
	return async (token) => {
		const known = verified.find(token);
		if (known !== undefined) return known;
		if (!hasPlainHeader(token)) return undefined;
		try {
			const { payload } = await jwtVerify(token, keys.find, {
				issuer,
				...(audience === undefined ? {} : { audience }),
				algorithms,
				clockTolerance: tolerance,
				currentDate: new Date(clock.wallMs()),
				requiredClaims: ['exp', 'iss', 'sub'],
			});
			const principal = principalOf(
				payload,
				issuer,
				scopesOf(payload[scopesClaim], granted),
				tenantClaim,
			);
			const expiresMs = ((payload.exp as number) + tolerance) * 1_000;
			if (principal !== undefined) verified.add(token, principal, expiresMs);
			return principal;
		} catch (error) {
			// Without keys nothing is known about the token; anything else is its own fault.
			if (isFlotillaError(error)) throw error;
			return undefined;
		}
	};
}

const systemClock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

/** Members of a header that would let the token choose its key, or change what it means. */
const refusedMembers = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip'] as const;
const acceptedTypes = new Set<unknown>([undefined, 'jwt', 'at+jwt', 'application/at+jwt']);

/** Whether the header has nothing odd, and every part is the one way to write it in base64url. */
function hasPlainHeader(token: string): boolean {
	const parts = token.split('.');
	if (parts.length !== 3 || !parts.every(isCanonical)) return false;
	try {
		const header = JSON.parse(Buffer.from(parts[0] ?? '', 'base64url').toString('utf8'));
		if (typeof header !== 'object' || header === null) return false;
		if (refusedMembers.some((member) => Object.hasOwn(header, member))) return false;
		// Tokens for other purposes of the same issuer say so here (RFC 8725, section 3.11).
		return acceptedTypes.has(
			typeof header.typ === 'string' ? header.typ.toLowerCase() : header.typ,
		);
	} catch {
		return false;
	}
}

function isCanonical(part: string): boolean {
	return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
}

function principalOf(
	payload: JWTPayload,
	issuer: string,
	scopes: readonly string[],
	tenantClaim: string | undefined,
): Principal | undefined {
	const { sub } = payload;
	if (typeof sub !== 'string' || sub.length < 1 || sub.length > 255) return undefined;
	const tenant = tenantClaim === undefined ? undefined : payload[tenantClaim];
	return {
		subject: sub,
		issuer,
		...(typeof tenant === 'string' ? { tenant } : {}),
		scopes,
	};
}

/** The scopes of a claim, of those that may be granted. */
function scopesOf(claim: unknown, granted: ReadonlySet<string> | undefined): readonly string[] {
	const named: unknown = typeof claim === 'string' ? claim.split(' ') : claim;
	if (!Array.isArray(named)) return [];
	return named
		.filter((scope): scope is string => typeof scope === 'string' && scope !== '')
		.filter((scope) => granted?.has(scope) ?? true);
}
