import nodeCrypto from 'node:crypto';
import { FlotillaError, limits, type PasswordOptions } from 'flotilla/adapter';
import { hashOf } from '../kernel/chance.ts';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';

// Taken before anybody patches the module for simulated processes.
const { scryptSync, timingSafeEqual } = nodeCrypto;

/** As many as the real host with its usual thread pool, each for as long as there. */
const runningMax = 2;
const hashingMs = 50;

const saltBytes = 16;
const hashBytes = 32;
const memoryBytesMax = 128 * 1024 * 1024;
const parallelismMax = 16;

export interface PasswordQueueOptions {
	readonly kernel: Kernel;
	readonly process: SimulatedProcess;
	readonly randomBytes: (size: number) => Uint8Array;
}

/**
 * Passwords as scrypt hashes (RFC 7914) in PHC form, like those of the real host and verified by the same
 * rules. New ones are made at the lowest cost that scrypt knows, because real time is what a simulation
 * lacks; in virtual time each takes 50 ms, two at once, and the others wait.
 */
export class PasswordQueue {
	readonly #kernel: Kernel;
	readonly #process: SimulatedProcess;
	readonly #randomBytes: (size: number) => Uint8Array;
	readonly #waiting: (() => void)[] = [];
	#running = 0;

	constructor({ kernel, process, randomBytes }: PasswordQueueOptions) {
		this.#kernel = kernel;
		this.#process = process;
		this.#randomBytes = randomBytes;
	}

	async hash(password: string, { signal }: PasswordOptions = {}): Promise<string> {
		const bytes = Buffer.from(password);
		if (bytes.length > limits.passwordBytes) {
			throw new TypeError(`A password has at most ${limits.passwordBytes} bytes of UTF-8.`);
		}
		const salt = Buffer.from(this.#randomBytes(saltBytes));
		const hash = scryptSync(bytes, salt, hashBytes, { N: 2, r: 1, p: 1 });
		await this.#turn(hash, signal);
		return `$scrypt$ln=1,r=1,p=1$${encode(salt)}$${encode(hash)}`;
	}

	async verify(password: string, hash: string, { signal }: PasswordOptions = {}): Promise<boolean> {
		const bytes = Buffer.from(password);
		const parsed = parse(hash);
		// Nothing longer was ever hashed, so it cannot be right.
		if (parsed === undefined || bytes.length > limits.passwordBytes) return false;
		await this.#turn(parsed.hash, signal);
		const { N, r, p, maxmem, salt } = parsed;
		return timingSafeEqual(
			scryptSync(bytes, salt, parsed.hash.length, { N, r, p, maxmem }),
			parsed.hash,
		);
	}

	/** Waits for its turn, and takes the time of a hashing. */
	async #turn(hash: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
		await this.#enter(signal);
		await new Promise<void>((resolve) => {
			const digest = hashOf(Buffer.from(hash).toString('hex'));
			this.#kernel.after(hashingMs, this.#process, 'password', digest, () => {
				const next = this.#waiting.shift();
				if (next === undefined) this.#running -= 1;
				else next();
				resolve();
			});
		});
	}

	async #enter(signal: AbortSignal | undefined): Promise<void> {
		if (signal?.aborted) throw cancelled(signal);
		if (this.#running < runningMax) {
			this.#running += 1;
			return;
		}
		if (this.#waiting.length >= limits.passwordsWaiting) {
			throw new FlotillaError(
				'FLOTILLA_OVERLOADED',
				`${limits.passwordsWaiting} password hashings are waiting already.`,
			);
		}
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
}

function cancelled(signal: AbortSignal | undefined): FlotillaError {
	return new FlotillaError(
		'FLOTILLA_CANCELLED',
		'Nobody waits any more for a password that was to be hashed.',
		{ effect: 'none', cause: signal?.reason },
	);
}

interface ParsedHash {
	readonly N: number;
	readonly r: number;
	readonly p: number;
	readonly maxmem: number;
	readonly salt: Buffer;
	readonly hash: Buffer;
}

const PHC =
	/^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

function parse(text: string): ParsedHash | undefined {
	const match = PHC.exec(text);
	if (match === null) return undefined;
	const [logarithm = 0, r = 0, p = 0] = match.slice(1, 4).map(Number);
	if (logarithm < 1 || r < 1 || p < 1 || p > parallelismMax) return undefined;
	const N = 2 ** logarithm;
	const memoryBytes = 128 * r * (N + p);
	if (memoryBytes > memoryBytesMax) return undefined;
	const salt = Buffer.from(match[4] ?? '', 'base64');
	const hash = Buffer.from(match[5] ?? '', 'base64');
	return { N, r, p, maxmem: memoryBytes + 1024 * 1024, salt, hash };
}

function encode(bytes: Buffer): string {
	return bytes.toString('base64').replaceAll('=', '');
}
