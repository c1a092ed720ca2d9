import type { ReadonlySignal } from '@preact/signals';
import type { ServerEvent } from 'flotilla/client';
import type { JSX } from 'preact';
import {
	isObject,
	type Json,
	type JsonObject,
	listOf,
	objectOf,
	textOf,
} from '../document/json.ts';
import type { Answer, Progress } from '../request/sending.ts';
import { token } from '../state/token.ts';
import { Branch } from './branch.tsx';
import { CopyButton } from './copy-button.tsx';
import { JsonText, laidOut } from './json-text.tsx';

/** What came of sending it. */
export function Outcome({
	progress,
}: {
	readonly progress: ReadonlySignal<Progress>;
}): JSX.Element {
	const { value } = progress;
	return (
		<div class="outcome">
			<p class="unseen" role="status">
				{inWords(value)}
			</p>
			<Shown progress={value} />
		</div>
	);
}

/** For those who listen: one sentence for each state, not one for each event. */
function inWords(progress: Progress): string {
	switch (progress.state) {
		case 'none':
			return '';
		case 'sending':
			return 'Sending';
		case 'failed':
			return progress.reason;
		case 'answered':
			return `Answered with ${progress.answer.status} ${progress.answer.statusText}`;
		case 'streaming':
			return 'The stream is open';
		default:
			return `The stream has ended after ${progress.count} items`;
	}
}

function Shown({ progress }: { readonly progress: Progress }) {
	if (progress.state === 'none') return null;
	if (progress.state === 'sending') return <p class="note">Sending ...</p>;
	if (progress.state === 'failed') return <p class="problem">{progress.reason}</p>;
	const { answer } = progress;
	return (
		<>
			<AnswerHead answer={answer} />
			{progress.state === 'answered' ? (
				<AnswerBody answer={answer} />
			) : (
				<Stream progress={progress} />
			)}
			<Branch kind="headers-branch" isOpen={false} head={`${answer.headers.length} headers`}>
				{() => (
					<dl class="headers plain">
						{answer.headers.map(([name, value]) => (
							<div key={name}>
								<dt>
									<code>{name}</code>
								</dt>
								<dd>
									<code>{value}</code>
								</dd>
							</div>
						))}
					</dl>
				)}
			</Branch>
		</>
	);
}

function AnswerHead({ answer }: { readonly answer: Answer }): JSX.Element {
	const { status, statusText, durationMs, body } = answer;
	return (
		<p class="answer-head">
			<span class={status < 400 ? 'status good' : 'status bad'}>
				{status} {statusText}
			</span>
			<span class="note">
				{Math.round(durationMs)} ms
				{body !== '' && `, ${new Blob([body]).size.toLocaleString('en')} bytes`}
			</span>
		</p>
	);
}

function AnswerBody({ answer }: { readonly answer: Answer }): JSX.Element {
	if (answer.body === '') return <p class="note">Without a body.</p>;
	if (!isText(answer.mediaType)) return <p class="note">{answer.mediaType}, which is no text.</p>;
	const json = parsed(answer.body);
	const text = laidOut(answer.body);
	return (
		<>
			{answer.mediaType.startsWith('application/problem+json') && isObject(json) && (
				<ProblemDocument json={json} />
			)}
			<TokenFound json={json} />
			<div class="block-with-copy">
				{/* Whoever has only a keyboard scrolls what has the focus. */}
				{/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
				<section class="block" tabIndex={0} aria-label="Body of the answer">
					<JsonText text={text} />
				</section>
				<CopyButton text={text} what="the body of the answer" />
			</div>
		</>
	);
}

const isText = (mediaType: string): boolean =>
	mediaType === '' ||
	/^text\/|[/+](?:json|xml|yaml|javascript|x-www-form-urlencoded)\b/.test(mediaType);

function parsed(text: string): Json | undefined {
	try {
		return JSON.parse(text) as Json;
	} catch {
		return undefined;
	}
}

/** What a problem says, and what is wrong with which field (RFC 9457). */
function ProblemDocument({ json }: { readonly json: JsonObject }): JSX.Element {
	const issues = listOf(json.errors).map(objectOf);
	return (
		<div class="problem">
			<p>
				<strong>{textOf(json.title)}</strong>
			</p>
			{issues.length === 0 && textOf(json.detail) !== '' && <p>{textOf(json.detail)}</p>}
			{issues.length > 0 && (
				<ul>
					{issues.map((issue) => (
						<li key={`${textOf(issue.path)} ${textOf(issue.message)}`}>
							<code>{textOf(issue.path) || '/'}</code> {textOf(issue.message)}
						</li>
					))}
				</ul>
			)}
		</div>
	);
}

/** Signing in answers with a token; nobody should have to copy it. */
function TokenFound({ json }: { readonly json: Json | undefined }) {
	const { token: plain, accessToken, access_token: standard } = objectOf(json);
	const found = textOf(plain) || textOf(accessToken) || textOf(standard);
	if (found === '') return null;
	return (
		<p class="offer">
			{token.value === found ? (
				'Its token is the one that requests carry now.'
			) : (
				<button
					type="button"
					onClick={() => {
						token.value = found;
					}}
				>
					Use its token from now on
				</button>
			)}
		</p>
	);
}

type Streaming = Extract<Progress, { readonly events: readonly ServerEvent[] }>;

const STATES: Readonly<Record<Streaming['state'], string>> = {
	streaming: 'open',
	ended: 'ended',
	stopped: 'stopped here',
	broken: 'broken off',
};

function Stream({ progress }: { readonly progress: Streaming }): JSX.Element {
	const { events, count, state } = progress;
	const first = count - events.length + 1;
	const latest = events.map((event, index) => ({ event, number: first + index })).toReversed();
	return (
		<>
			<p class="note">
				{count === 1 ? '1 item' : `${count} items`}, {STATES[state]}
				{count > 1 && ', the latest first'}
				{first > 1 && `; ${events.length} are shown`}
			</p>
			<ol class="events" reversed start={count}>
				{latest.map(({ event, number }) => (
					<li key={number} class="block">
						<p class="note">
							{number}
							{event.name !== 'message' && <strong> {event.name}</strong>}
						</p>
						<JsonText text={laidOut(event.data)} />
					</li>
				))}
			</ol>
		</>
	);
}
