/**
 * Secrets and signatures. All of it is synchronous but password hashing, which is slow on purpose
 * and therefore runs beside the event loop.
 */
export interface Cryptography {
	/** Unpredictable bytes. `size`: 0 to 65_536. */
	randomBytes(size: number): Uint8Array;

	/** SHA-256 of the bytes, or of the text in UTF-8: 32 bytes. */
	digest(data: Uint8Array | string): Uint8Array;

	/** HMAC-SHA-256 (RFC 2104): 32 bytes. */
	hmac(key: Uint8Array, data: Uint8Array | string): Uint8Array;

	/** A fresh Ed25519 key pair (RFC 8032). */
	generateKeyPair(): KeyPair;

	/** An Ed25519 signature of 64 bytes. Throws `TypeError` when the key is no Ed25519 private key. */
	sign(privateKey: PrivateKey, data: Uint8Array | string): Uint8Array;

	/**
	 * Whether `signature` is that of `data`. A malformed signature is false; a malformed key throws
	 * `TypeError`.
	 */
	verify(publicKey: PublicKey, data: Uint8Array | string, signature: Uint8Array): boolean;

	/** Whether both hold the same bytes, in a time that depends on their lengths only. */
	equal(left: Uint8Array, right: Uint8Array): boolean;

	/**
	 * A salted scrypt hash (RFC 7914) in PHC form, to be stored.
	 * Rejects with `TypeError` when the password has more than 1_024 UTF-8 bytes, and with
	 * `FLOTILLA_OVERLOADED` when too many wait to be hashed.
	 */
	hashPassword(password: string, options?: PasswordOptions): Promise<string>;

	/**
	 * Whether `hash` was made from `password`. A malformed hash is false, never an exception.
	 * Rejects with `FLOTILLA_OVERLOADED` when too many wait to be hashed.
	 */
	verifyPassword(password: string, hash: string, options?: PasswordOptions): Promise<boolean>;
}

export interface PasswordOptions {
	/**
	 * Who aborts gives up the place in the queue: the promise rejects with `FLOTILLA_CANCELLED` and
	 * the password is never hashed. A hashing that has begun is finished. The `crypto` of a service
	 * uses the signal of the running call when this is absent.
	 */
	readonly signal?: AbortSignal | undefined;
}

/** An Ed25519 public key as a JSON Web Key (RFC 8037): plain JSON, fit to be stored and sent. */
export interface PublicKey {
	readonly kty: 'OKP';
	readonly crv: 'Ed25519';
	/** The 32 bytes of the public key, base64url. */
	readonly x: string;
}

/** An Ed25519 private key as a JSON Web Key. Keep it out of logs, answers and events. */
export interface PrivateKey extends PublicKey {
	/** The 32 bytes of the private key, base64url. */
	readonly d: string;
}

/** The two halves of a signing key. */
export interface KeyPair {
	readonly publicKey: PublicKey;
	readonly privateKey: PrivateKey;
}
