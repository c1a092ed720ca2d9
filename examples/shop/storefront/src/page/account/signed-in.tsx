import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { sessions, signInAgain } from '../connection/shop.ts';

/** What only customers see: others are led to the sign-in, and back from there. */
export function SignedIn({ children }: { readonly children: ComponentChildren }) {
	const isSignedIn = sessions.session.value !== undefined;
	useEffect(() => {
		if (!isSignedIn) signInAgain();
	}, [isSignedIn]);
	return isSignedIn ? children : null;
}
