import { createHash, timingSafeEqual } from 'node:crypto';
import type { Principal } from 'flotilla';
import { FlotillaError } from 'flotilla/adapter';
import { fixedLimits } from './limits.ts';

/**
 * Who a bearer token stands for; `undefined` when it stands for nobody. Rejects only when that
 * cannot be found out now: the edge then answers 503.
 */
export type Verifier = (token: string) => Promise<Principal | undefined>;

/**
 * The principal of a request, as its operation wants it.
 *
 * A public operation takes everybody: a token that proves nobody counts as none there, so that a
 * client whose token has expired can still sign in again. Everywhere else it is refused.
 *
 * @param wanted `public`, or the scope that the principal must hold.
 * @param authorization The `Authorization` header.
 * @throws {FlotillaError} `FLOTILLA_UNAUTHENTICATED`, `FLOTILLA_FORBIDDEN`, or `FLOTILLA_UNAVAILABLE`
 *   when the verifier could not work.
 */
export async function authenticate(
	wanted: string,
	authorization: string | undefined,
	verify: Verifier | undefined,
): Promise<Principal | undefined> {
	const token = bearerTokenOf(authorization);
	if (wanted === 'public') {
		if (token === undefined || verify === undefined) return undefined;
		return verify(token).catch(() => undefined);
	}
	if (token === undefined) unauthenticated('The request has no bearer token.');
	const principal = await verify?.(token).catch((cause: unknown) => {
		throw new FlotillaError('FLOTILLA_UNAVAILABLE', 'The token could not be checked.', { cause });
	});
	if (principal === undefined) unauthenticated('The bearer token is not valid.');
	if (!principal.scopes.includes(wanted)) {
		throw new FlotillaError('FLOTILLA_FORBIDDEN', `The principal lacks the scope '${wanted}'.`);
	}
	return principal;
}

/** The token of an `Authorization: Bearer` header (RFC 6750); `undefined` when there is none. */
export function bearerTokenOf(authorization: string | undefined): string | undefined {
	if (authorization === undefined) return undefined;
	const token = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization)?.[1];
	return token === undefined || token.length > fixedLimits.tokenLength ? undefined : token;
}

/**
 * A verifier for one token that stands for one principal, such as an operator's. The comparison
 * takes the same time wherever the tokens differ.
 *
 * @param options.token The token, at least 16 characters; or its SHA-256 as 64 hexadecimal digits,
 *   so that the configuration holds no secret.
 */
export function bearerToken(
	options: { readonly principal: Principal } & (
		| { readonly token: string }
		| { readonly digest: string }
	),
): Verifier {
	const wanted = 'token' in options ? sha256(options.token) : Buffer.from(options.digest, 'hex');
	if (('token' in options && options.token.length < 16) || wanted.length !== 32) {
		throw new FlotillaError(
			'FLOTILLA_CONFIGURATION',
			'A bearer token is shorter than 16 characters, or its digest is not 64 hexadecimal digits.',
		);
	}
	const { principal } = options;
	return async (token) => (timingSafeEqual(sha256(token), wanted) ? principal : undefined);
}

/** A verifier that asks others one after another, until one knows the token. */
export function anyOf(...verifiers: readonly Verifier[]): Verifier {
	return async (token) => {
		let failure: { readonly cause: unknown } | undefined;
		for (const verify of verifiers) {
			try {
				const principal = await verify(token);
				if (principal !== undefined) return principal;
			} catch (cause) {
				failure ??= { cause };
			}
		}
		// Perhaps the one that failed would have known it, so it is not known to be wrong.
		if (failure !== undefined) throw failure.cause;
		return undefined;
	};
}

function sha256(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}

function unauthenticated(message: string): never {
	throw new FlotillaError('FLOTILLA_UNAUTHENTICATED', message);
}
