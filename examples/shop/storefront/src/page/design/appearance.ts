import { signal } from '@preact/signals';
import { lasting } from '../connection/kept.ts';

type Appearance = 'light' | 'dark';

const KEY = 'appearance';
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

const chosen = signal<Appearance | undefined>(undefined);
const system = signal<Appearance>(systemIsDark.matches ? 'dark' : 'light');

export function isDark(): boolean {
	return (chosen.value ?? system.value) === 'dark';
}

/** Follows the system, unless the reader has chosen something else before. */
export function keepAppearance(): void {
	const kept = lasting.getItem(KEY);
	if (kept === 'light' || kept === 'dark') chosen.value = kept;
	systemIsDark.addEventListener('change', ({ matches }) => {
		system.value = matches ? 'dark' : 'light';
	});
	show();
}

export function switchAppearance(): void {
	const next = isDark() ? 'light' : 'dark';
	// Whoever comes back to what the system says follows it again.
	chosen.value = next === system.value ? undefined : next;
	if (chosen.value === undefined) lasting.removeItem(KEY);
	else lasting.setItem(KEY, chosen.value);
	show();
}

function show(): void {
	if (chosen.value === undefined) delete document.documentElement.dataset.appearance;
	else document.documentElement.dataset.appearance = chosen.value;
}
