import { useEffect, useState } from 'preact/hooks';
import { backoffMs } from '../connection/backoff.ts';
import { type Failure, failureOf } from '../connection/failure.ts';
import { pause } from '../connection/pause.ts';
import { orders, presence, signInAgain } from '../connection/shop.ts';
import { follow, type Sighting } from './following.ts';

export interface FollowedOrder extends Sighting {
	/** When it was last seen as it was then. */
	readonly seenAt: Date;
	/** Why it cannot be followed. */
	readonly failure?: Failure;
}

/**
 * Follows an order for as long as somebody looks at it. A hidden tab does not: browsers open six
 * connections to one shop, and so many tabs in the background would leave none.
 */
export function useFollowedOrder(id: string): FollowedOrder {
	const [seen, setSeen] = useState<FollowedOrder>({ isLive: false, seenAt: new Date() });
	const isVisible = useVisibility();
	useEffect(() => {
		if (!isVisible) return;
		const left = new AbortController();
		follow(partsFor(id, setSeen), left.signal).catch((error: unknown) => {
			const failure = failureOf(error);
			if (failure.kind === 'signedOut') signInAgain();
			else setSeen((before) => ({ ...before, isLive: false, failure }));
		});
		return () => left.abort();
	}, [id, isVisible]);
	return seen;
}

function partsFor(
	id: string,
	setSeen: (change: (before: FollowedOrder) => FollowedOrder) => void,
): Parameters<typeof follow>[0] {
	return {
		watch: (signal) => orders.watch({ id }, { signal }),
		mayPass: (error) => ['away', 'broken'].includes(failureOf(error).kind),
		pause: async (failures, signal) => {
			const enough = new AbortController();
			// Somebody else has found out already that the shop is back.
			const returns = presence.returns.peek();
			const stop = presence.returns.subscribe((now) => now !== returns && enough.abort());
			await pause(backoffMs(failures, Math.random()), AbortSignal.any([signal, enough.signal]));
			stop();
		},
		tell: ({ order, isLive }) =>
			setSeen((before) => ({
				seenAt: isLive ? new Date() : before.seenAt,
				isLive,
				...((order ?? before.order) && { order: order ?? before.order }),
			})),
	};
}

function useVisibility(): boolean {
	const [isVisible, setIsVisible] = useState(!document.hidden);
	useEffect(() => {
		const look = (): void => setIsVisible(!document.hidden);
		document.addEventListener('visibilitychange', look);
		return () => document.removeEventListener('visibilitychange', look);
	}, []);
	return isVisible;
}
