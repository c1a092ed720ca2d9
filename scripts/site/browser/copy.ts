const DONE_MS = 1_500;

/** A button at each block of code that takes its text. */
export function addCopyButtons(): void {
	// Without a secure context, as from a file in some browsers, there is no clipboard.
	if (navigator.clipboard === undefined) return;
	for (const figure of document.querySelectorAll<HTMLElement>('figure.code')) {
		const code = figure.querySelector('code');
		if (code === null) continue;
		const button = document.createElement('button');
		button.type = 'button';
		button.className = 'copy';
		button.textContent = 'Copy';
		button.addEventListener('click', async () => {
			try {
				await navigator.clipboard.writeText(code.textContent ?? '');
				button.textContent = 'Copied';
			} catch {
				button.textContent = 'Not allowed';
			}
			setTimeout(() => {
				button.textContent = 'Copy';
			}, DONE_MS);
		});
		figure.append(button);
	}
}
