const kinds = {
	text: { type: 'text' },
	email: { type: 'email' },
	password: { type: 'password' },
} as const;

interface FieldProps {
	readonly name: string;
	readonly label: string;
	readonly kind?: keyof typeof kinds;
	/** What the browser may fill in by itself. */
	readonly autocomplete: string;
	readonly value: string;
	readonly hint?: string;
	/** What is wrong with it, to be read after its label: `must not be blank`. */
	readonly problem?: string | undefined;
	readonly onInput: (value: string) => void;
}

/** One line of a form, with what it wants and what is wrong with it. */
export function Field(field: FieldProps) {
	const { name, label, kind = 'text', autocomplete, value, hint, problem, onInput } = field;
	const hintId = hint === undefined ? '' : `${name}-hint`;
	const problemId = problem === undefined ? '' : `${name}-problem`;
	return (
		<div class="field">
			<label for={name}>{label}</label>
			{hint !== undefined && (
				<p id={hintId} class="fine">
					{hint}
				</p>
			)}
			<input
				{...kinds[kind]}
				autocomplete={autocomplete}
				value={value}
				id={name}
				name={name}
				aria-invalid={problem !== undefined}
				aria-describedby={`${hintId} ${problemId}`.trim() || undefined}
				onInput={({ currentTarget }) => onInput(currentTarget.value)}
			/>
			{problem !== undefined && (
				<p id={problemId} class="field-problem">
					{label} {problem}.
				</p>
			)}
		</div>
	);
}
