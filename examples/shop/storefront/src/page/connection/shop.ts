import { Orders, Payments, Products, Users } from '@shop/contracts';
import { httpClient } from 'flotilla/client';
import { SessionKeeper } from '../account/session.ts';
import { go, presentAddress } from '../routing/navigation.ts';
import { addressOf } from '../routing/routes.ts';
import { untilClosed } from './kept.ts';
import { pause } from './pause.ts';
import { Presence } from './presence.ts';

/** Whoever takes longer to say that all is well is not well. */
const PROBE_MAX_MS = 5_000;

export const presence: Presence = new Presence({
	probe: () =>
		fetch('/health/ready', { cache: 'no-store', signal: AbortSignal.timeout(PROBE_MAX_MS) }).then(
			({ ok }) => ok,
			() => false,
		),
	async pause(forMs) {
		const online = new AbortController();
		addEventListener('online', () => online.abort(), { signal: online.signal });
		await pause(forMs, online.signal);
		online.abort();
	},
	random: Math.random,
});

export const sessions: SessionKeeper = new SessionKeeper(untilClosed, Date.now);

const options = {
	token: (): string | undefined => {
		sessions.check();
		return sessions.session.peek()?.token;
	},
	fetch: noticingFetch,
};

export const users = httpClient(Users, options);
export const products = httpClient(Products, options);
export const orders = httpClient(Orders, options);
export const payments = httpClient(Payments, options);

addEventListener('offline', () => void presence.doubt());

/** What to do when the shop does not know who asks: sign in, and come back. */
export function signInAgain(): void {
	if (sessions.session.peek() !== undefined) sessions.expire();
	go(addressOf.signIn(presentAddress()), { replace: true });
}

async function noticingFetch(url: string, init: RequestInit): Promise<Response> {
	try {
		const response = await fetch(url, init);
		// A shop that is closing, or what stands before one that is away.
		if (response.status >= 502 && response.status <= 504) void presence.doubt();
		return response;
	} catch (error) {
		if (init.signal?.aborted !== true) void presence.doubt();
		throw error;
	}
}
