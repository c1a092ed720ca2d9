import {
	createHmac,
	createPrivateKey,
	createPublicKey,
	generateKeyPairSync,
	hash,
	type KeyObject,
	randomBytes,
	sign,
	timingSafeEqual,
	verify,
} from 'node:crypto';
import { limits } from '../../limits.ts';
import type {
	Cryptography,
	KeyPair,
	PasswordOptions,
	PrivateKey,
	PublicKey,
} from '../cryptography.ts';
import { plainBytes } from './bytes.ts';
import { PasswordHasher } from './password-hash.ts';

const randomBytesMax = 65_536;
const signatureBytes = 64;

/** Cryptography by OpenSSL. */
export class NodeCryptography implements Cryptography {
	readonly #privateKeys = new KeyCache(readPrivateKey);
	readonly #publicKeys = new KeyCache(readPublicKey);
	readonly #passwords = new PasswordHasher();

	randomBytes(size: number): Uint8Array {
		if (!Number.isInteger(size) || size < 0 || size > randomBytesMax) {
			throw new TypeError(`Random bytes come in sizes of 0 to ${randomBytesMax}, not ${size}.`);
		}
		return plainBytes(randomBytes(size));
	}

	digest(data: Uint8Array | string): Uint8Array {
		return plainBytes(hash('sha256', data, 'buffer'));
	}

	hmac(key: Uint8Array, data: Uint8Array | string): Uint8Array {
		return plainBytes(createHmac('sha256', key).update(data).digest());
	}

	generateKeyPair(): KeyPair {
		const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
		if (x === undefined || d === undefined) throw new Error('OpenSSL gave an incomplete key.');
		return {
			publicKey: { kty: 'OKP', crv: 'Ed25519', x },
			privateKey: { kty: 'OKP', crv: 'Ed25519', x, d },
		};
	}

	sign(privateKey: PrivateKey, data: Uint8Array | string): Uint8Array {
		const key = this.#privateKeys.get(privateKey, `${privateKey.d}.${privateKey.x}`);
		return plainBytes(sign(null, toBytes(data), key));
	}

	verify(publicKey: PublicKey, data: Uint8Array | string, signature: Uint8Array): boolean {
		const key = this.#publicKeys.get(publicKey, publicKey.x);
		return signature.length === signatureBytes && verify(null, toBytes(data), key, signature);
	}

	equal(left: Uint8Array, right: Uint8Array): boolean {
		return left.length === right.length && timingSafeEqual(left, right);
	}

	hashPassword(password: string, options?: PasswordOptions): Promise<string> {
		return this.#passwords.hash(password, options);
	}

	verifyPassword(password: string, hash: string, options?: PasswordOptions): Promise<boolean> {
		return this.#passwords.verify(password, hash, options);
	}
}

/** Keys that were read, by their text; the one that was not used for longest makes room. */
class KeyCache<Key extends PublicKey> {
	readonly #keys = new Map<string, KeyObject>();
	readonly #read: (key: Key) => KeyObject;

	constructor(read: (key: Key) => KeyObject) {
		this.#read = read;
	}

	get(key: Key, text: string): KeyObject {
		const known = this.#keys.get(text);
		const read = known ?? this.#read(key);
		if (known !== undefined) this.#keys.delete(text);
		else if (this.#keys.size >= limits.keysKept) this.#forgetOldest();
		this.#keys.set(text, read);
		return read;
	}

	#forgetOldest(): void {
		for (const text of this.#keys.keys()) {
			this.#keys.delete(text);
			return;
		}
	}
}

function readPrivateKey({ kty, crv, x, d }: PrivateKey): KeyObject {
	const key = readKey('private', () => {
		return createPrivateKey({ key: { kty, crv, x, d }, format: 'jwk' });
	});
	// OpenSSL derives the public half and does not look at `x`; a key whose halves do not belong
	// together would make signatures that its own public key refuses.
	if (createPublicKey(key).export({ format: 'jwk' }).x !== x) {
		throw new TypeError('The halves of the Ed25519 private key do not belong together.');
	}
	return key;
}

function readPublicKey({ kty, crv, x }: PublicKey): KeyObject {
	return readKey('public', () => createPublicKey({ key: { kty, crv, x }, format: 'jwk' }));
}

/** The message names no part of the key: errors end up in logs. */
function readKey(half: 'private' | 'public', read: () => KeyObject): KeyObject {
	let key: KeyObject;
	try {
		key = read();
	} catch {
		throw new TypeError(`This is no Ed25519 ${half} key in JSON Web Key form.`);
	}
	if (key.asymmetricKeyType !== 'ed25519') {
		throw new TypeError(`This is no Ed25519 ${half} key in JSON Web Key form.`);
	}
	return key;
}

function toBytes(data: Uint8Array | string): Uint8Array {
	return typeof data === 'string' ? Buffer.from(data) : data;
}
