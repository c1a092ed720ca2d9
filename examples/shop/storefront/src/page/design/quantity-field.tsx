import { useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

interface QuantityFieldProps {
	/** What is counted: `Moka pot, 6 cups`. */
	readonly of: string;
	readonly value: number;
	/** As many as the buttons give; more can be typed, up to `max`. */
	readonly available: number;
	readonly max: number;
	readonly onChange: (value: number) => void;
}

const isPieces = (text: string): boolean => /^\s*0*[1-9]\d{0,3}\s*$/.test(text);

/** A number of pieces, at least 1, by buttons or typed. */
export function QuantityField({ of, value, available, max, onChange }: QuantityFieldProps) {
	const [draft, setDraft] = useState<string | undefined>(undefined);
	const type = (text: string): void => {
		// Shown as it is typed, taken only when it is a number of pieces: 1.5 must not become 15.
		setDraft(text);
		if (isPieces(text)) onChange(Math.min(max, Number(text)));
	};
	return (
		// biome-ignore lint/a11y/useSemanticElements: a fieldset would be a form of its own to readers.
		<div class="quantity" role="group" aria-label={`Quantity of ${of}`}>
			<button
				type="button"
				aria-label="One less"
				aria-disabled={value <= 1}
				onClick={() => value > 1 && onChange(value - 1)}
			>
				<Icon name="minus" />
			</button>
			<input
				type="text"
				inputMode="numeric"
				autocomplete="off"
				aria-label="Pieces"
				aria-invalid={draft !== undefined && !isPieces(draft)}
				value={draft ?? value}
				onInput={({ currentTarget }) => type(currentTarget.value)}
				onBlur={() => setDraft(undefined)}
			/>
			<button
				type="button"
				aria-label="One more"
				aria-disabled={value >= available}
				onClick={() => value < available && onChange(value + 1)}
			>
				<Icon name="plus" />
			</button>
		</div>
	);
}
