import type { JSX } from 'preact';
import type { Body, Parameter } from '../document/api.ts';
import { exampleOf } from '../document/example.ts';
import { type JsonObject, listOf } from '../document/json.ts';
import { flatten, typesOf } from '../document/schema.ts';
import { isList, keyOf } from '../request/request.ts';
import type { Trial } from '../state/trial.ts';
import { laidOut } from './json-text.tsx';

interface ParameterFieldOptions {
	readonly parameter: Parameter;
	readonly trial: Trial;
	readonly document: JsonObject;
	readonly problem: string | undefined;
}

/** The field of a parameter: a choice where there are few values, lines where there are several. */
export function ParameterField(options: ParameterFieldOptions): JSX.Element {
	const { parameter, trial, problem } = options;
	const { name, isRequired, place } = parameter;
	const id = idOf(parameter);
	const shown = trial.wasTried.value ? problem : undefined;
	return (
		<div class="field">
			<label for={id}>
				<code>{name}</code>
				<span class="place">
					{' '}
					{place}
					{!isRequired && ', optional'}
				</span>
			</label>
			<ParameterInput {...options} problem={shown} />
			{/^idempotency-key$/i.test(name) && (
				<button
					type="button"
					class="small quiet beside"
					onClick={() => trial.set(keyOf(parameter), newKey())}
				>
					Make one
				</button>
			)}
			<Problem id={`${id}-problem`} text={shown} />
		</div>
	);
}

const idOf = (parameter: Parameter): string => `input-${keyOf(parameter).replaceAll(/\W/g, '-')}`;

function ParameterInput({
	parameter,
	trial,
	document,
	problem,
}: ParameterFieldOptions): JSX.Element {
	const id = idOf(parameter);
	const key = keyOf(parameter);
	const flat = flatten(parameter.schema, document);
	const types = typesOf(flat);
	const value = trial.inputs.value.values[key] ?? '';
	const common = {
		id,
		value,
		required: parameter.isRequired,
		'aria-invalid': problem !== undefined,
		'aria-describedby': problem === undefined ? undefined : `${id}-problem`,
	};
	const set = (text: string): void => trial.set(key, text);
	const choices = types.includes('boolean') ? ['true', 'false'] : listOf(flat.enum).map(String);
	if (choices.length > 0) {
		return (
			<select {...common} onChange={(event) => set(event.currentTarget.value)}>
				<option value="" />
				{choices.map((choice) => (
					<option key={choice}>{choice}</option>
				))}
			</select>
		);
	}
	if (isList(parameter, document)) {
		return (
			<textarea
				{...common}
				rows={2}
				placeholder="one for each line"
				onInput={(event) => set(event.currentTarget.value)}
			/>
		);
	}
	const isNumber = types.includes('integer') || types.includes('number');
	return (
		<input
			{...common}
			type="text"
			inputMode={isNumber ? 'numeric' : 'text'}
			placeholder={placeholderOf(parameter, document)}
			autocomplete="off"
			autocapitalize="off"
			spellcheck={false}
			onInput={(event) => set(event.currentTarget.value)}
		/>
	);
}

function placeholderOf({ example, schema }: Parameter, document: JsonObject): string {
	const flat = flatten(schema, document);
	if (example !== undefined) return String(example);
	const says = flat.example ?? flat.examples ?? flat.default ?? flat.format;
	return says === undefined ? '' : String(exampleOf(schema, document));
}

/** Random enough that nobody has used it; `randomUUID` is there for secure addresses only. */
function newKey(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Rows of the largest editor before it scrolls. */
const MOST_ROWS = 24;

/** The editor of a JSON body. Tab leaves it, as everywhere. */
export function BodyField({
	body,
	trial,
	problem,
}: {
	readonly body: Body;
	readonly trial: Trial;
	readonly problem: string | undefined;
}): JSX.Element {
	const text = trial.inputs.value.body;
	const rows = Math.min(Math.max(text.split('\n').length, 4), MOST_ROWS);
	return (
		<div class="field">
			<label for="input-body">
				Body <span class="place">{body.mediaType}</span>
			</label>
			<textarea
				id="input-body"
				class="code"
				rows={rows}
				spellcheck={false}
				autocapitalize="off"
				value={text}
				aria-invalid={problem !== undefined}
				aria-describedby={problem === undefined ? undefined : 'input-body-problem'}
				onInput={(event) => trial.setBody(event.currentTarget.value)}
			/>
			<div class="beside">
				<button type="button" class="small quiet" onClick={() => trial.setBody(laidOut(text))}>
					Lay out
				</button>
				<button
					type="button"
					class="small quiet"
					disabled={text === trial.example}
					onClick={() => trial.setBody(trial.example)}
				>
					Example again
				</button>
			</div>
			<Problem id="input-body-problem" text={problem} />
		</div>
	);
}

function Problem({ id, text }: { readonly id: string; readonly text: string | undefined }) {
	return (
		<p id={id} class="field-problem">
			{text}
		</p>
	);
}
