import { effect, type Signal, signal } from '@preact/signals';
import { keep, recall } from './memory.ts';

export type ColourScheme = 'light' | 'dark';

const NAME = 'flotilla-api-colour-scheme';
const system = matchMedia('(prefers-color-scheme: dark)');

function remembered(): ColourScheme | undefined {
	const value = recall('localStorage', NAME);
	return value === 'light' || value === 'dark' ? value : undefined;
}

const chosen: Signal<ColourScheme | undefined> = signal(remembered());
const ofSystem: Signal<ColourScheme> = signal(system.matches ? 'dark' : 'light');

system.addEventListener('change', ({ matches }) => {
	ofSystem.value = matches ? 'dark' : 'light';
});

effect(() => {
	document.documentElement.style.colorScheme = chosen.value ?? 'light dark';
});

/** What is seen now. */
export function colourScheme(): ColourScheme {
	return chosen.value ?? ofSystem.value;
}

/** Changes to the other one; to what the system says nothing is remembered. */
export function toggleColourScheme(): void {
	const next = colourScheme() === 'dark' ? 'light' : 'dark';
	chosen.value = next === ofSystem.value ? undefined : next;
	keep('localStorage', NAME, chosen.value ?? '');
}
