import { currentContext } from '../context/current.ts';
import type { Cryptography, PasswordOptions } from '../host/cryptography.ts';

/**
 * The cryptography of the host, for handlers: a password is hashed only while somebody waits for the
 * call that wants it.
 */
export function cryptographyOfCalls(crypto: Cryptography): Cryptography {
	return {
		randomBytes: (size) => crypto.randomBytes(size),
		digest: (data) => crypto.digest(data),
		hmac: (key, data) => crypto.hmac(key, data),
		generateKeyPair: () => crypto.generateKeyPair(),
		sign: (privateKey, data) => crypto.sign(privateKey, data),
		verify: (publicKey, data, signature) => crypto.verify(publicKey, data, signature),
		equal: (left, right) => crypto.equal(left, right),
		hashPassword: (password, options) => crypto.hashPassword(password, ofCall(options)),
		verifyPassword: (password, hash, options) =>
			crypto.verifyPassword(password, hash, ofCall(options)),
	};
}

/** Asking for the signal makes it, so it is asked for only when it is used. */
function ofCall(options: PasswordOptions | undefined): PasswordOptions {
	return { signal: options?.signal ?? currentContext()?.cancellation.signal };
}
