import type { CallContext } from '../call/call-context.ts';
import { timeOfUuidV7 } from '../context/identifiers.ts';
import type { Operation } from '../contract/compile-operations.ts';
import type { OnceKey } from '../database/once.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Cryptography } from '../host/cryptography.ts';
import { limits } from '../limits.ts';

/**
 * Checks an idempotency key that a caller gave and says until when its answer is kept.
 *
 * A generated key (UUIDv7) tells its age: one that is older than answers are kept is refused, because
 * nobody knows any more whether it has been used.
 */
export function keptUntilMs(key: string, nowMs: number, { address }: Operation): number {
	const details = { operation: address };
	if (
		!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(key) ||
		key.length > limits.idempotencyKeyLength
	) {
		throw new FlotillaError(
			'FLOTILLA_IDEMPOTENCY_KEY_INVALID',
			`The idempotency key is not made of 1 to ${limits.idempotencyKeyLength} printable ASCII characters.`,
			{ details },
		);
	}
	const madeMs = timeOfUuidV7(key);
	if (madeMs !== undefined && madeMs < nowMs - limits.onceKeptMs) {
		throw new FlotillaError(
			'FLOTILLA_IDEMPOTENCY_KEY_EXPIRED',
			`The idempotency key ${key} was made more than 7 days ago.`,
			{ details },
		);
	}
	if (madeMs !== undefined && madeMs > nowMs + limits.idempotencyKeyAheadMs) {
		throw new FlotillaError(
			'FLOTILLA_IDEMPOTENCY_KEY_INVALID',
			`The idempotency key ${key} was made more than a day in the future.`,
			{ details },
		);
	}
	return Math.max(nowMs, madeMs ?? nowMs) + limits.onceKeptMs;
}

/**
 * Where a command's key counts: for this principal, contract and operation. Only a digest of the key
 * is stored, so that nobody who reads the table can use the key, or guess inputs by `digestOf`.
 */
export function commandKey(call: CallContext, key: string, crypto: Cryptography): OnceKey {
	const { issuer, subject } = call.principal ?? {};
	// As JSON it is unambiguous, and well-formed whatever a token said.
	const who = JSON.stringify(subject === undefined ? [] : [issuer, subject]);
	return { scope: `call ${call.operation.address} ${who}`, key: hex(crypto.digest(key)) };
}

/**
 * A digest of an input that does not depend on the order of its fields. It is keyed with the
 * idempotency key: inputs may hold passwords, which a plain digest would lay open to guessing.
 */
export function digestOf(input: unknown, key: string, crypto: Cryptography): string {
	return hex(crypto.hmac(new TextEncoder().encode(key), canonicalJson(input)));
}

function hex(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function canonicalJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
	if (typeof value === 'object' && value !== null) {
		const fields = Object.entries(value)
			.filter(([, field]) => field !== undefined)
			.sort(([left], [right]) => (left < right ? -1 : 1))
			.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
		return `{${fields.join(',')}}`;
	}
	return JSON.stringify(value) ?? 'null';
}

/** Whether two answers are the same JSON. */
export function sameJson(left: unknown, right: unknown): boolean {
	return left === right || canonicalJson(left) === canonicalJson(right);
}
