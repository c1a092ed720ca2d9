import type { JSX } from 'preact';
import type { PossibleAnswer } from '../document/api.ts';
import type { JsonObject } from '../document/json.ts';
import { Branch } from './branch.tsx';
import { SchemaTree } from './schema-tree.tsx';
import { Words } from './words.tsx';

/** What an operation may answer: what went well is open, refusals can be opened. */
export function Answers({
	answers,
	document,
}: {
	readonly answers: readonly PossibleAnswer[];
	readonly document: JsonObject;
}): JSX.Element {
	return (
		<section aria-labelledby="answers">
			<h2 id="answers">Answers</h2>
			<div class="answers">
				{answers.map((answer) => (
					<Branch
						key={answer.status}
						kind="answer"
						isOpen={answer.status.startsWith('2')}
						head={<AnswerHead answer={answer} />}
					>
						{() => <AnswerBody answer={answer} document={document} />}
					</Branch>
				))}
			</div>
		</section>
	);
}

function AnswerHead({ answer }: { readonly answer: PossibleAnswer }): JSX.Element {
	const { status, description } = answer;
	const kind = status.startsWith('2') ? 'good' : 'bad';
	return (
		<>
			<span class={`status ${kind}`}>{status}</span>{' '}
			<span class="answer-description">
				<Words text={description.replaceAll('`, `', '` `')} />
			</span>
		</>
	);
}

function AnswerBody({
	answer,
	document,
}: {
	readonly answer: PossibleAnswer;
	readonly document: JsonObject;
}): JSX.Element {
	const { mediaType, schema, headers } = answer;
	return (
		<div class="answer-body">
			{mediaType === undefined ? (
				<p class="note">Without a body.</p>
			) : (
				<p class="note">
					<code>{mediaType}</code>
					{mediaType === 'text/event-stream' && ', each event with one value:'}
				</p>
			)}
			{schema !== undefined && <SchemaTree schema={schema} document={document} use="answer" />}
			{headers.length > 0 && (
				<dl class="headers">
					{headers.map(({ name, description }) => (
						<div key={name}>
							<dt>
								<code>{name}</code>
							</dt>
							<dd>
								<Words text={description} />
							</dd>
						</div>
					))}
				</dl>
			)}
		</div>
	);
}
