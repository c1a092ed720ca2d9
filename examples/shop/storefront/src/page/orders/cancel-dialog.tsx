import type { RefObject } from 'preact';

interface CancelDialogProps {
	readonly dialog: RefObject<HTMLDialogElement | null>;
	readonly onConfirm: () => void;
}

/** Asks once more. The browser keeps the focus within, closes it by Escape, and gives the focus back. */
export function CancelDialog({ dialog, onConfirm }: CancelDialogProps) {
	const close = (): void => dialog.current?.close();
	return (
		<dialog ref={dialog} class="dialog" aria-labelledby="cancel-title">
			<h2 id="cancel-title">Cancel this order?</h2>
			<p>What was paid is paid back, and the pieces go back onto the shelf.</p>
			<p class="dialog-actions">
				<button type="button" class="button" onClick={close}>
					Keep it
				</button>
				<button
					type="button"
					class="button button-bad"
					onClick={() => {
						close();
						onConfirm();
					}}
				>
					Cancel the order
				</button>
			</p>
		</dialog>
	);
}
