import { effect, type Signal, signal } from '@preact/signals';
import { keep, recall } from './memory.ts';

const NAME = 'flotilla-api-token';

/** The bearer token that requests carry: kept for this tab and no longer, and nowhere else. */
export const token: Signal<string> = signal(recall('sessionStorage', NAME));

effect(() => keep('sessionStorage', NAME, token.value));

/** Whether the form for the token is open. */
export const isAskingForToken: Signal<boolean> = signal(false);
