import { type ReadonlySignal, signal } from '@preact/signals';
import type { Kept } from '../connection/kept.ts';

/** Somebody who is signed in. */
export interface Session {
	readonly token: string;
	readonly email: string;
	/** The customer's id, as the token says. */
	readonly subject: string;
	readonly expiresAtMs: number;
}

const KEY = 'session';

/** Who is signed in, kept for this tab alone: closing it signs out. */
export class SessionKeeper {
	readonly #storage: Kept;
	readonly #nowMs: () => number;
	readonly #session = signal<Session | undefined>(undefined);
	readonly #hasExpired = signal(false);

	constructor(storage: Kept, nowMs: () => number) {
		this.#storage = storage;
		this.#nowMs = nowMs;
		this.#session.value = sessionOf(storage.getItem(KEY));
		this.check();
	}

	get session(): ReadonlySignal<Session | undefined> {
		return this.#session;
	}

	/** Whether the last session has come to its end by itself. */
	get hasExpired(): ReadonlySignal<boolean> {
		return this.#hasExpired;
	}

	/** @throws {TypeError} It is no token. */
	begin(token: string, email: string): void {
		const text = JSON.stringify({ token, email });
		const session = sessionOf(text);
		if (session === undefined) throw new TypeError('the shop gave something that is no token');
		this.#storage.setItem(KEY, text);
		this.#hasExpired.value = false;
		this.#session.value = session;
	}

	/** Ends a session whose time is over, before it is used in vain. */
	check(): void {
		const session = this.#session.peek();
		if (session !== undefined && session.expiresAtMs <= this.#nowMs()) this.expire();
	}

	/** The shop no longer takes the token. */
	expire(): void {
		this.end();
		this.#hasExpired.value = true;
	}

	end(): void {
		this.#storage.removeItem(KEY);
		this.#hasExpired.value = false;
		this.#session.value = undefined;
	}
}

/** `undefined` for whatever was not kept by us. */
function sessionOf(text: string | null): Session | undefined {
	try {
		const { token, email } = JSON.parse(text ?? '') as { token: string; email: string };
		const { sub, exp } = claimsOf(token);
		if (typeof sub !== 'string' || typeof exp !== 'number') return undefined;
		return { token, email: String(email), subject: sub, expiresAtMs: exp * 1_000 };
	} catch {
		return undefined;
	}
}

/** What a token says (RFC 7519). Only the shop can tell whether that is true. */
function claimsOf(token: string): { readonly sub?: unknown; readonly exp?: unknown } {
	const [, payload = ''] = token.split('.');
	return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
}
