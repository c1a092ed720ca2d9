/**
 * Passwords as scrypt hashes (RFC 7914) in PHC form: `$scrypt$ln=15,r=8,p=1$salt$hash`, base64
 * without padding. The parameters stand in the hash, so raising the cost leaves old hashes valid.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { FlotillaError } from '../../errors/flotilla-error.ts';
import { limits } from '../../limits.ts';
import type { PasswordOptions } from '../cryptography.ts';

/** 2^15 rounds of 1 KiB: 32 MiB and some 60 ms a hash (OWASP's second choice for scrypt, 2024). */
const usualCost: ScryptCost = { logarithm: 15, blockSize: 8, parallelism: 1 };
const saltBytes = 16;
const hashBytes = 32;

/** What a stored hash may demand. One that asks for gigabytes is not ours, and would be an attack. */
const memoryBytesMax = 128 * 1024 * 1024;
const parallelismMax = 16;

export interface ScryptCost {
	/** Base-2 logarithm of the number of rounds. */
	readonly logarithm: number;
	readonly blockSize: number;
	readonly parallelism: number;
}

interface ParsedHash {
	readonly cost: ScryptCost;
	readonly salt: Buffer;
	readonly hash: Buffer;
}

/** What hashing is made of; the simulator puts its own in some places. */
export interface PasswordHasherOptions {
	/** How many are hashed at once, at most. */
	readonly runningMax?: number;
	/** Of new hashes. */
	readonly cost?: ScryptCost;
	readonly randomBytes?: (size: number) => Uint8Array;
	/** Takes its time: in the thread pool when absent. */
	readonly derive?: (
		password: Uint8Array,
		salt: Uint8Array,
		size: number,
		options: ScryptOptions,
	) => Promise<Buffer>;
}

/**
 * Hashes passwords in the thread pool, a few at once; the others wait in the order they came. Who
 * stops waiting leaves the queue: abandoned calls must not take the turns of those that still wait.
 */
export class PasswordHasher {
	readonly #options: Required<PasswordHasherOptions>;
	readonly #waiting: (() => void)[] = [];
	#running = 0;

	constructor(options: PasswordHasherOptions = {}) {
		this.#options = {
			runningMax: hashingsAtOnce(),
			cost: usualCost,
			randomBytes,
			derive: scryptAsync,
			...options,
		};
	}

	async hash(password: string, { signal }: PasswordOptions = {}): Promise<string> {
		const bytes = Buffer.from(password);
		if (bytes.length > limits.passwordBytes) {
			throw new TypeError(`A password has at most ${limits.passwordBytes} bytes of UTF-8.`);
		}
		const { cost } = this.#options;
		const salt = Buffer.from(this.#options.randomBytes(saltBytes));
		const hash = await this.#derive(bytes, salt, cost, hashBytes, signal);
		const { logarithm, blockSize, parallelism } = cost;
		return `$scrypt$ln=${logarithm},r=${blockSize},p=${parallelism}$${encode(salt)}$${encode(hash)}`;
	}

	async verify(password: string, hash: string, { signal }: PasswordOptions = {}): Promise<boolean> {
		const bytes = Buffer.from(password);
		const parsed = parse(hash);
		// Nothing longer was ever hashed, so it cannot be right.
		if (parsed === undefined || bytes.length > limits.passwordBytes) return false;
		const size = parsed.hash.length;
		const derived = await this.#derive(bytes, parsed.salt, parsed.cost, size, signal);
		return timingSafeEqual(derived, parsed.hash);
	}

	async #derive(
		password: Buffer,
		salt: Buffer,
		{ logarithm, blockSize, parallelism }: ScryptCost,
		size: number,
		signal: AbortSignal | undefined,
	) {
		await this.#enter(signal);
		try {
			const N = 2 ** logarithm;
			// Node.js refuses what needs more than `maxmem`; its default is a little less than N = 2^15 needs.
			const maxmem = memoryBytes({ logarithm, blockSize, parallelism }) + 1024 * 1024;
			const options = { N, r: blockSize, p: parallelism, maxmem };
			return await this.#options.derive(password, salt, size, options);
		} finally {
			this.#leave();
		}
	}

	async #enter(signal: AbortSignal | undefined): Promise<void> {
		if (signal?.aborted) throw cancelled(signal);
		if (this.#running < this.#options.runningMax) {
			this.#running += 1;
			return;
		}
		if (this.#waiting.length >= limits.passwordsWaiting) {
			throw new FlotillaError(
				'FLOTILLA_OVERLOADED',
				`${limits.passwordsWaiting} password hashings are waiting already.`,
			);
		}
		// Whoever leaves hands its place over, so that nobody can slip in between.
		await new Promise<void>((resolve, reject) => {
			const proceed = (): void => {
				signal?.removeEventListener('abort', leave);
				resolve();
			};
			const leave = (): void => {
				this.#waiting.splice(this.#waiting.indexOf(proceed), 1);
				reject(cancelled(signal));
			};
			this.#waiting.push(proceed);
			signal?.addEventListener('abort', leave, { once: true });
		});
	}

	#leave(): void {
		const next = this.#waiting.shift();
		if (next === undefined) this.#running -= 1;
		else next();
	}
}

function cancelled(signal: AbortSignal | undefined): FlotillaError {
	return new FlotillaError(
		'FLOTILLA_CANCELLED',
		'Nobody waits any more for a password that was to be hashed.',
		{ effect: 'none', cause: signal?.reason },
	);
}

/**
 * At most four, and at most half of the thread pool: files and name lookups share the pool, and a
 * burst of logins must not hold up a commit.
 */
function hashingsAtOnce(): number {
	const poolSize = Number(process.env.UV_THREADPOOL_SIZE) || 4;
	return Math.min(4, Math.max(1, Math.floor(poolSize / 2)));
}

function parse(text: string): ParsedHash | undefined {
	const match =
		/^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/.exec(
			text,
		);
	if (match === null) return undefined;
	const [logarithm = 0, blockSize = 0, parallelism = 0] = match.slice(1, 4).map(Number);
	const parsed = { logarithm, blockSize, parallelism };
	if (logarithm < 1 || blockSize < 1 || parallelism < 1) return undefined;
	if (parallelism > parallelismMax || memoryBytes(parsed) > memoryBytesMax) return undefined;
	return {
		cost: parsed,
		salt: Buffer.from(match[4] ?? '', 'base64'),
		hash: Buffer.from(match[5] ?? '', 'base64'),
	};
}

/** RFC 7914, section 2: the scratch memory and the blocks that are mixed. */
function memoryBytes({ logarithm, blockSize, parallelism }: ScryptCost): number {
	return 128 * blockSize * (2 ** logarithm + parallelism);
}

function encode(bytes: Buffer): string {
	return bytes.toString('base64').replaceAll('=', '');
}

function scryptAsync(
	password: Uint8Array,
	salt: Uint8Array,
	size: number,
	options: ScryptOptions,
): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		scrypt(password, salt, size, options, (error, hash) => {
			if (error === null) resolve(hash);
			else reject(error);
		});
	});
}
