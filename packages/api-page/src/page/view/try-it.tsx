import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { Api, Operation } from '../document/api.ts';
import { curlLine, flotillaLine } from '../request/command-lines.ts';
import { inputOf, keyOf, problemsOf, requestOf, serverOf } from '../request/request.ts';
import { isAskingForToken, token } from '../state/token.ts';
import { type Trial, trialOf } from '../state/trial.ts';
import { CopyButton } from './copy-button.tsx';
import { BodyField, ParameterField } from './fields.tsx';
import { Outcome } from './outcome.tsx';

/** A form that calls the operation, what came of it, and the same call for a terminal. */
export function TryIt({
	operation,
	api,
}: {
	readonly operation: Operation;
	readonly api: Api;
}): JSX.Element {
	const trial = trialOf(operation, api);
	const form = useRef<HTMLFormElement>(null);
	const inputs = trial.inputs.value;
	const problems = problemsOf(operation, inputs);
	const server = serverOf(api.server, location.origin);
	const isForeign = !server.startsWith('/');
	const request = requestOf(operation, inputs, server, api.document);
	const submit = (event: SubmitEvent): void => {
		event.preventDefault();
		trial.wasTried.value = true;
		if (problems.size === 0) void trial.send(request, operation.scopes !== undefined);
		else requestAnimationFrame(() => focusFirstProblem(form.current));
	};
	const { state } = trial.progress.value;
	const isUnderWay = state === 'sending' || state === 'streaming';
	return (
		<section class="try-it" aria-labelledby="try-it">
			<h2 id="try-it" tabIndex={-1}>
				Try it
			</h2>
			<form ref={form} noValidate onSubmit={submit}>
				{operation.parameters.map((parameter) => (
					<ParameterField
						key={keyOf(parameter)}
						parameter={parameter}
						trial={trial}
						document={api.document}
						problem={problems.get(keyOf(parameter))}
					/>
				))}
				{operation.body !== undefined && (
					<BodyField body={operation.body} trial={trial} problem={problems.get('body')} />
				)}
				{operation.scopes !== undefined && token.value === '' && <TokenWanted />}
				{isForeign && (
					<p class="note">
						The operations are at {api.server}, which is another origin: this page calls only its
						own.
					</p>
				)}
				<div class="buttons">
					<button type="submit" class="primary" disabled={isForeign}>
						Send
					</button>
					{isUnderWay && (
						<button type="button" onClick={() => trial.stop()}>
							Stop
						</button>
					)}
				</div>
			</form>
			<Outcome progress={trial.progress} />
			<CommandLines operation={operation} api={api} trial={trial} />
		</section>
	);
}

function TokenWanted(): JSX.Element {
	return (
		<p class="note">
			It wants a token, and none is set.{' '}
			<button
				type="button"
				class="link"
				onClick={() => {
					isAskingForToken.value = true;
				}}
			>
				Set one
			</button>
		</p>
	);
}

function focusFirstProblem(form: HTMLFormElement | null): void {
	form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

function CommandLines({
	operation,
	api,
	trial,
}: {
	readonly operation: Operation;
	readonly api: Api;
	readonly trial: Trial;
}): JSX.Element {
	const inputs = trial.inputs.value;
	const server = serverOf(api.server, location.origin);
	const request = requestOf(operation, inputs, server, api.document);
	const withToken = operation.scopes !== undefined;
	const isStream = operation.answers.some(({ mediaType }) => mediaType === 'text/event-stream');
	const curl = curlLine(request, location.origin, { withToken, isStream });
	const flotilla = flotillaLine(operation, inputOf(operation, inputs, api.document), request);
	return (
		<section class="lines" aria-labelledby="terminal">
			<h3 id="terminal">In a terminal</h3>
			<Line text={curl} what="the line for curl" />
			{flotilla !== undefined && <Line text={flotilla} what="the line for flotilla call" />}
			{withToken && (
				<p class="note">
					<code>$TOKEN</code> holds the token there.
				</p>
			)}
		</section>
	);
}

function Line({ text, what }: { readonly text: string; readonly what: string }): JSX.Element {
	return (
		<div class="line">
			<code>{text}</code>
			<CopyButton text={text} what={what} />
		</div>
	);
}
