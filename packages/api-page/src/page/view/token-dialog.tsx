import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isAskingForToken, token } from '../state/token.ts';

/** Where the bearer token is given, changed and forgotten. */
export function TokenDialog(): JSX.Element {
	const dialog = useRef<HTMLDialogElement>(null);
	const isShown = useSignal(false);
	useEffect(() => {
		if (isAskingForToken.value) dialog.current?.showModal();
		else dialog.current?.close();
	}, [isAskingForToken.value]);
	const leave = (): void => {
		isAskingForToken.value = false;
		isShown.value = false;
	};
	return (
		<dialog ref={dialog} aria-labelledby="token-title" onClose={leave}>
			{/* Made anew each time: what was typed and not used is gone. */}
			{isAskingForToken.value && (
				<form
					onSubmit={(event) => {
						event.preventDefault();
						const value = new FormData(event.currentTarget).get('token');
						// People paste whole headers.
						token.value = String(value)
							.trim()
							.replace(/^bearer\s+/i, '');
						leave();
					}}
				>
					<h2 id="token-title">Bearer token</h2>
					<p class="note">
						Requests that want one carry it. It stays in this tab, and is forgotten with it.
					</p>
					<label for="token">Token</label>
					<input
						id="token"
						name="token"
						{...(isShown.value ? { type: 'text' as const } : { type: 'password' as const })}
						class="code"
						autocomplete="off"
						spellcheck={false}
						value={token.value}
					/>
					<label class="check">
						<input
							type="checkbox"
							checked={isShown.value}
							onChange={(event) => {
								isShown.value = event.currentTarget.checked;
							}}
						/>{' '}
						Show it
					</label>
					<div class="buttons">
						<button type="submit" class="primary">
							Use it
						</button>
						<button
							type="button"
							onClick={() => {
								token.value = '';
								leave();
							}}
						>
							Forget it
						</button>
						<button type="button" class="quiet" onClick={leave}>
							Cancel
						</button>
					</div>
				</form>
			)}
		</dialog>
	);
}
