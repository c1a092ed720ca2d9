import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Cryptography } from '../host/cryptography.ts';
import { malformed } from './frame.ts';
import { fieldsOf, number, optional, text, texts } from './messages.ts';

/** What this version speaks. */
export const wireVersion = 1;

/** The first frame of a connection, from whoever listens. */
export interface Greeting {
	readonly wire: number;
	readonly instance: string;
	/** Fresh, 64 hexadecimal digits. */
	readonly nonce: string;
}

/** The answer of whoever connects. */
export interface Hello extends Greeting {
	/** Absent when it has no token. */
	readonly proof: string | undefined;
}

/** Both sides know each other, and calls may begin. */
export interface Welcome {
	/** The services that run there, with their major versions: `orders@1`. */
	readonly serves: readonly string[];
	readonly proof: string | undefined;
}

/** A number that nobody can foresee, so that no proof can be used twice. */
export function freshNonce(crypto: Cryptography): string {
	return hex(crypto.randomBytes(32));
}

/**
 * Shows that one knows the token without telling it: an HMAC of both nonces. The role is part of it,
 * so that no side's proof can be sent back to it as if it were the other's.
 */
export function proofOf(
	role: 'client' | 'server',
	token: string,
	nonces: { readonly server: string; readonly client: string },
	crypto: Cryptography,
): string {
	const key = new TextEncoder().encode(token);
	return hex(
		crypto.hmac(key, `flotilla fabric ${wireVersion} ${role} ${nonces.server} ${nonces.client}`),
	);
}

/** Whether the other side proved what it had to. Without a token nothing is asked. */
export function isProved(
	expected: string | undefined,
	proof: string | undefined,
	crypto: Cryptography,
): boolean {
	if (expected === undefined) return true;
	const bytes = (given: string): Uint8Array => crypto.digest(given);
	return proof !== undefined && crypto.equal(bytes(expected), bytes(proof));
}

/** @throws {FlotillaError} `FLOTILLA_FRAME_MALFORMED`, `FLOTILLA_CONNECTION_FAILED` */
export function decodeGreeting(body: string): Greeting {
	const fields = fieldsOf(body);
	const wire = number(fields, 'wire');
	if (wire !== wireVersion) {
		const message = `The other side speaks version ${wire} of the wire, this one ${wireVersion}.`;
		throw new FlotillaError('FLOTILLA_CONNECTION_FAILED', message);
	}
	const nonce = text(fields, 'nonce');
	if (!/^[0-9a-f]{64}$/.test(nonce)) throw malformed("'nonce' is not 64 hexadecimal digits");
	return { wire, instance: text(fields, 'instance').slice(0, 100), nonce };
}

/** @throws {FlotillaError} `FLOTILLA_FRAME_MALFORMED`, `FLOTILLA_CONNECTION_FAILED` */
export function decodeHello(body: string): Hello {
	return { ...decodeGreeting(body), proof: optional(fieldsOf(body), 'proof', text) };
}

/** @throws {FlotillaError} `FLOTILLA_FRAME_MALFORMED` */
export function decodeWelcome(body: string): Welcome {
	const fields = fieldsOf(body);
	return { serves: texts(fields, 'serves'), proof: optional(fields, 'proof', text) };
}

function hex(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
