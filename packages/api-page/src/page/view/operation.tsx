import type { JSX } from 'preact';
import type { Api, Operation, Parameter } from '../document/api.ts';
import type { JsonObject } from '../document/json.ts';
import { shapeOf } from '../document/shape.ts';
import { keyOf } from '../request/request.ts';
import { Answers } from './answers.tsx';
import { Method } from './method.tsx';
import { SchemaTree, TypeText } from './schema-tree.tsx';
import { TryIt } from './try-it.tsx';
import { Paragraphs, Words } from './words.tsx';

export function OperationPage({
	operation,
	api,
}: {
	readonly operation: Operation;
	readonly api: Api;
}): JSX.Element {
	const { id, method, path, summary, description, parameters, body, answers } = operation;
	return (
		<article class="operation">
			<div class="described">
				<header class="operation-head">
					<h1 tabIndex={-1}>{id}</h1>
					<p class="route">
						<Method name={method} /> <code>{path}</code>
					</p>
					{summary !== '' && (
						<p class="lead">
							<Words text={summary} />
						</p>
					)}
					<Paragraphs text={description} />
					{operation.isDeprecated && <p class="deprecated">It is deprecated.</p>}
					<WhoMayCall scopes={operation.scopes} />
					<button type="button" class="to-try-it" onClick={goToTryIt}>
						Try it
					</button>
				</header>
				<Parameters parameters={parameters} document={api.document} />
				{body !== undefined && (
					<section aria-labelledby="body">
						<h2 id="body">Body</h2>
						<p class="note">
							<code>{body.mediaType}</code>
							{!body.isRequired && ', optional'}
						</p>
						<SchemaTree schema={body.schema} document={api.document} use="request" />
					</section>
				)}
				<Answers answers={answers} document={api.document} />
			</div>
			<TryIt key={id} operation={operation} api={api} />
		</article>
	);
}

/** Where the form stands below everything else, nobody should have to look for it. */
function goToTryIt(): void {
	const heading = document.getElementById('try-it');
	heading?.scrollIntoView();
	heading?.focus({ preventScroll: true });
}

function WhoMayCall({ scopes }: Pick<Operation, 'scopes'>): JSX.Element {
	if (scopes === undefined) return <p class="caller">Anybody may call it.</p>;
	return (
		<p class="caller">
			Wants a token
			{scopes.length > 0 && ' with the scope '}
			{scopes.map((scope, index) => (
				<span key={scope}>
					{index > 0 && ', '}
					<code>{scope}</code>
				</span>
			))}
			.
		</p>
	);
}

function Parameters({
	parameters,
	document,
}: {
	readonly parameters: readonly Parameter[];
	readonly document: JsonObject;
}) {
	if (parameters.length === 0) return null;
	return (
		<section aria-labelledby="parameters">
			<h2 id="parameters">Parameters</h2>
			<ul class="parts">
				{parameters.map((parameter) => {
					const shape = shapeOf(parameter.schema, document);
					const text = parameter.description || shape.description;
					return (
						<li key={keyOf(parameter)}>
							<div class="part">
								<code class="part-name">{parameter.name}</code>{' '}
								<span class="type">{parameter.place}: </span>
								<TypeText shape={shape} />
								{parameter.isRequired && <span class="required"> required</span>}
								{text !== '' && (
									<span class="part-description">
										<Words text={text} />
									</span>
								)}
							</div>
						</li>
					);
				})}
			</ul>
		</section>
	);
}
