import { constants, createPrivateKey, KeyObject } from 'node:crypto';
import type { SimulatedProcess } from '../kernel/kernel.ts';
import { refuse, reportEscape } from './escape.ts';
import type { Callable, Patches } from './patch.ts';
import { inside } from './run.ts';

type Random = SimulatedProcess['random'];

/** Their results are random, and not by way of anything that could be seeded. */
const UNSEEDED = [
	'generateKeyPair',
	'generateKeyPairSync',
	'generateKey',
	'generateKeySync',
	'generatePrime',
	'generatePrimeSync',
	'createDiffieHellman',
	'createDiffieHellmanGroup',
	'getDiffieHellman',
	'createECDH',
	'DiffieHellman',
	'DiffieHellmanGroup',
	'ECDH',
	'publicEncrypt',
	'encapsulate',
];

/** They run beside the event loop, and end in real time. */
const BESIDE = ['pbkdf2', 'scrypt', 'hkdf', 'argon2', 'checkPrime'];

/** They do so when they are given a callback. */
const BESIDE_WITH_CALLBACK = ['sign', 'verify', 'diffieHellman', 'decapsulate'];

const KEYS = 'Services get keys from the `crypto` of their environment.';
const BLOCKING =
	'Use the `crypto` of the environment for passwords, or the function ending in Sync.';
const SIGNATURES =
	'Use the `crypto` of the environment, or Ed25519 or RSA with PKCS #1, whose signatures are not random.';
const SUBTLE = 'Use the `crypto` of the environment, or the synchronous functions of node:crypto.';

/** `Math.random` and what node:crypto draws, by the seed of the process. */
export function patchRandomness(patches: Patches, crypto: Readonly<Record<string, unknown>>): void {
	const draw = (
		target: object,
		name: string,
		virtual: (random: Random, ...args: unknown[]) => unknown,
	) =>
		patches.method(
			target,
			name,
			(original) =>
				function (this: unknown, ...args: unknown[]) {
					const process = inside();
					if (process === undefined) return Reflect.apply(original, this, args);
					return virtual(process.random, ...args);
				},
		);
	draw(Math, 'random', (random) => random.next());
	for (const target of [crypto, Crypto.prototype]) {
		draw(target, 'randomUUID', (random) => uuid(bytes(random, 16), 4));
		draw(target, 'getRandomValues', (random, array) => fill(random, array as Uint8Array));
	}
	draw(crypto, 'randomUUIDv7', (random) => uuid(timed(bytes(random, 16)), 7));
	draw(crypto, 'randomFillSync', (random, array, offset, size) =>
		fillPart(random, array as Uint8Array, offset, size),
	);
	draw(crypto, 'randomFill', (random, array, ...rest) => {
		const [offset, size] = rest.filter((one) => typeof one === 'number');
		fillPart(random, array as Uint8Array, offset, size);
		return answer(rest.at(-1), array);
	});
	for (const name of ['randomBytes', 'pseudoRandomBytes', 'prng', 'rng']) {
		draw(crypto, name, (random, size, callback) => answer(callback, bytes(random, size as number)));
	}
	draw(crypto, 'randomInt', (random, ...args) => {
		const numbers = args.filter((one) => typeof one === 'number');
		const [low, high] = numbers.length > 1 ? numbers : [0, ...numbers];
		return answer(args.find(isCallable), integer(random, low as number, high as number));
	});
	for (const name of UNSEEDED) refuse(patches, crypto, name, `node:crypto ${name}`, KEYS);
	for (const name of BESIDE) refuse(patches, crypto, name, `node:crypto ${name}`, BLOCKING);
	for (const name of BESIDE_WITH_CALLBACK) {
		patches.method(crypto, name, (original) => (...args) => {
			const process = isCallable(args.at(-1)) ? inside() : undefined;
			if (process === undefined) return original(...args);
			throw reportEscape(process, `node:crypto ${name} with a callback`, BLOCKING);
		});
	}
	patchSigning(patches, crypto);
	for (const name of Reflect.ownKeys(SubtleCrypto.prototype)) {
		if (name === 'constructor' || typeof name === 'symbol') continue;
		refuse(patches, SubtleCrypto.prototype, name, `crypto.subtle.${name}`, SUBTLE);
	}
}

/** Signatures of most kinds have random bits in them. */
function patchSigning(patches: Patches, crypto: Readonly<Record<string, unknown>>): void {
	const { Sign } = crypto as { readonly Sign: { readonly prototype: object } };
	for (const [target, keyAt] of [
		[crypto, 2],
		[Sign.prototype, 0],
	] as const) {
		patches.method(
			target,
			'sign',
			(original) =>
				function (this: unknown, ...args: unknown[]) {
					const process = inside();
					if (process !== undefined && hasRandomSignatures(args[keyAt])) {
						throw reportEscape(process, 'node:crypto sign with a random signature', SIGNATURES);
					}
					return Reflect.apply(original, this, args);
				},
		);
	}
}

/** What node:crypto takes for a key: one, or an object that has it and says how to sign. */
function hasRandomSignatures(given: unknown): boolean {
	const { key = given, padding } = (given ?? {}) as { readonly key?: unknown; padding?: unknown };
	if (padding === constants.RSA_PKCS1_PSS_PADDING) return true;
	try {
		const { asymmetricKeyType } =
			key instanceof KeyObject
				? key
				: createPrivateKey(given as Parameters<typeof createPrivateKey>[0]);
		return asymmetricKeyType !== 'rsa' && !/^ed/.test(asymmetricKeyType ?? '');
	} catch {
		// The real one says what is wrong with it.
		return false;
	}
}

function bytes(random: Random, size: number): Buffer {
	return fill(random, Buffer.alloc(size));
}

function fill<T extends ArrayBufferView>(random: Random, array: T): T {
	const view = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
	for (let index = 0; index < view.length; index += 4) {
		const word = random.uint32();
		for (let part = 0; part < 4 && index + part < view.length; part++) {
			view[index + part] = word >>> (part * 8);
		}
	}
	return array;
}

/** Offset and size are in elements, as Node has them. */
function fillPart(random: Random, array: Uint8Array, offset: unknown, size: unknown): Uint8Array {
	if (array instanceof ArrayBuffer) return fill(random, new Uint8Array(array)) && array;
	const start = typeof offset === 'number' ? offset : 0;
	const end = typeof size === 'number' ? start + size : array.length;
	fill(random, array.subarray(start, end));
	return array;
}

function integer(random: Random, low: number, high: number): number {
	if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high <= low) {
		throw new RangeError('randomInt takes safe integers, the lower one first.');
	}
	return low + Math.floor(random.next() * (high - low));
}

/** RFC 9562: version and variant over random bytes. */
function uuid(random: Buffer, version: number): string {
	random[6] = ((random[6] as number) & 0x0f) | (version << 4);
	random[8] = ((random[8] as number) & 0x3f) | 0x80;
	const hex = random.toString('hex');
	const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
	return [...parts, hex.slice(20)].join('-');
}

function timed(random: Buffer): Buffer {
	random.writeUIntBE(Date.now(), 0, 6);
	return random;
}

/** With a callback the result comes in a turn of its own, as from the real function. */
function answer(callback: unknown, result: unknown): unknown {
	if (!isCallable(callback)) return result;
	setImmediate(() => callback(null, result));
	return undefined;
}

function isCallable(value: unknown): value is Callable {
	return typeof value === 'function';
}
