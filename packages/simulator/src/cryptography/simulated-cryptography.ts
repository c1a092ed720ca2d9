import nodeCrypto from 'node:crypto';
import {
	type Cryptography,
	type KeyPair,
	NodeCryptography,
	PasswordHasher,
} from 'flotilla/adapter';
import { hashOf } from '../kernel/chance.ts';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';

// Taken before anybody patches the module for simulated processes.
const { createPrivateKey, scryptSync } = nodeCrypto;

const randomBytesMax = 65_536;

/** RFC 8410, section 7: what stands before the 32 bytes of an Ed25519 private key in PKCS #8. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * The real cryptography, but for chance: random bytes and fresh keys come from the process's own random
 * numbers, so that one seed gives one run.
 */
export function cryptographyOf(kernel: Kernel, process: SimulatedProcess): Cryptography {
	const real = new NodeCryptography();
	const randomBytes = (size: number): Uint8Array => drawBytes(process, size);
	const passwords = passwordHasherOf(kernel, process, randomBytes);
	return {
		randomBytes,
		digest: (data) => real.digest(data),
		hmac: (key, data) => real.hmac(key, data),
		generateKeyPair: () => keyPairOf(randomBytes(32)),
		sign: (key, data) => real.sign(key, data),
		verify: (key, data, signature) => real.verify(key, data, signature),
		equal: (left, right) => real.equal(left, right),
		hashPassword: (password, options) => passwords.hash(password, options),
		verifyPassword: (password, hash, options) => passwords.verify(password, hash, options),
	};
}

/** As many at once as on the real host with its usual thread pool, each for about as long as there. */
const hashingsAtOnce = 2;
const hashingMs = 50;

/**
 * New passwords are hashed at the lowest cost that scrypt knows, because real time is what a simulation
 * lacks; they take virtual time instead.
 */
function passwordHasherOf(
	kernel: Kernel,
	process: SimulatedProcess,
	randomBytes: (size: number) => Uint8Array,
): PasswordHasher {
	return new PasswordHasher({
		runningMax: hashingsAtOnce,
		cost: { logarithm: 1, blockSize: 1, parallelism: 1 },
		randomBytes,
		derive: (...parameters) => {
			const hash = scryptSync(...parameters);
			const digest = hashOf(hash.toString('hex'));
			return new Promise((resolve) => {
				kernel.after(hashingMs, process, 'password', digest, () => resolve(hash));
			});
		},
	});
}

function drawBytes({ random }: SimulatedProcess, size: number): Uint8Array {
	if (!Number.isInteger(size) || size < 0 || size > randomBytesMax) {
		throw new TypeError(`Random bytes come in sizes of 0 to ${randomBytesMax}, not ${size}.`);
	}
	const bytes = new Uint8Array(size);
	let word = 0;
	for (let index = 0; index < size; index++) {
		word = index % 4 === 0 ? random.uint32() : word >>> 8;
		bytes[index] = word;
	}
	return bytes;
}

function keyPairOf(seed: Uint8Array): KeyPair {
	const key = Buffer.concat([pkcs8Prefix, seed]);
	const { x, d } = createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({
		format: 'jwk',
	});
	if (x === undefined || d === undefined) throw new Error('OpenSSL gave an incomplete key.');
	return {
		publicKey: { kty: 'OKP', crv: 'Ed25519', x },
		privateKey: { kty: 'OKP', crv: 'Ed25519', x, d },
	};
}
