import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

const TOLD_MS = 2_000;

/** Copies a text; without the clipboard, which only secure addresses have, by the old way. */
async function copy(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		const area = document.createElement('textarea');
		area.value = text;
		document.body.append(area);
		area.select();
		const done = document.execCommand('copy');
		area.remove();
		return done;
	}
}

export function CopyButton({
	text,
	what,
}: {
	readonly text: string;
	/** In words, for those who do not see where the button stands. */
	readonly what: string;
}): JSX.Element {
	const state = useSignal('Copy');
	const press = async (event: MouseEvent): Promise<void> => {
		const button = event.currentTarget as HTMLButtonElement;
		state.value = (await copy(text)) ? 'Copied' : 'Not allowed';
		button.focus();
		setTimeout(() => {
			state.value = 'Copy';
		}, TOLD_MS);
	};
	return (
		<button type="button" class="small quiet" onClick={(event) => void press(event)}>
			<span aria-live="polite">{state}</span>
			<span class="unseen"> {what}</span>
		</button>
	);
}
