/** What a token says (RFC 7519); moments are whole seconds since 1970. */
export interface Claims {
	readonly iss: string;
	readonly sub: string;
	/** What its bearer may do, separated by spaces. */
	readonly scope: string;
	readonly iat: number;
	readonly exp: number;
}

/**
 * A JSON Web Token signed with Ed25519 (RFC 7515, RFC 8037).
 *
 * @param kid Names the key, so that whoever verifies finds the public one.
 * @param sign Signs with that key.
 */
export function signedToken(
	claims: Claims,
	kid: string,
	sign: (data: string) => Uint8Array,
): string {
	const header = { alg: 'EdDSA', typ: 'JWT', kid };
	const content = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
	return `${content}.${base64url(sign(content))}`;
}

function base64url(data: string | Uint8Array): string {
	return Buffer.from(data as Uint8Array).toString('base64url');
}
