import { effect, type Signal, signal } from '@preact/signals';

const NAME = 'flotilla-api-token';

/** The bearer token that requests carry: kept for this tab and no longer, and nowhere else. */
export const token: Signal<string> = signal(sessionStorage.getItem(NAME) ?? '');

effect(() => {
	if (token.value === '') sessionStorage.removeItem(NAME);
	else sessionStorage.setItem(NAME, token.value);
});

/** Whether the form for the token is open. */
export const isAskingForToken: Signal<boolean> = signal(false);
