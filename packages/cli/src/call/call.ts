import { serverEvents } from 'flotilla/client';
import { exitCodes } from '../exit-codes.ts';
import { Interruption } from '../terminal/interruption.ts';
import { duration } from '../terminal/quantity.ts';
import { UsageError } from '../usage-error.ts';
import { jsonText, type Problem, problemText } from './answer-view.ts';
import { boundedText } from './bounded-text.ts';
import type { CallArguments } from './command.ts';
import { type DescribedOperation, findOperation, operationsOf } from './openapi-operations.ts';
import { type CallRequest, requestOf } from './request.ts';
import { type CallTarget, findTarget } from './target.ts';

/** How long an answer may take when nothing is said; a streaming result has no end by itself. */
const TIMEOUT_MS = 30_000;

/** Of a text that should have been JSON, this much is shown. */
const TEXT_SHOWN = 500;

/** @returns The exit code. */
export async function call(
	id: string,
	json: string | undefined,
	typed: CallArguments,
): Promise<number> {
	const target = findTarget(typed, { folder: process.cwd(), environment: process.env });
	const input = await readInput(json);
	using interruption = new Interruption();
	using clock = new Deadline(typed.timeout ?? TIMEOUT_MS);
	const signal = AbortSignal.any([interruption.signal, clock.signal]);
	let operation: DescribedOperation | undefined;
	let isStreaming = false;
	try {
		operation = await describedOperation(id, target, signal);
		const request = requestOf(operation, input, {
			...target,
			idempotencyKey: typed.idempotencyKey,
		});
		const response = await send(request, signal);
		isStreaming = isStream(response);
		if (typed.timeout === undefined && isStreaming) clock.stop();
		return await show(response, typed.json ?? false);
	} catch (error) {
		if (error instanceof UsageError) throw error;
		if (interruption.exitCode !== undefined) {
			if (mayHaveTakenEffect(operation)) console.error(`Stopped. ${UNKNOWN}`);
			return interruption.exitCode;
		}
		if (isStreaming && clock.signal.aborted) return exitCodes.ok;
		throw new UsageError(failureText(error, target, operation, clock));
	}
}

const UNKNOWN =
	'Whether it took effect is not known: try again under the same idempotency key, if it had one.';

async function readInput(json: string | undefined): Promise<Readonly<Record<string, unknown>>> {
	if (json === undefined) return {};
	const text = json === '-' ? await boundedText(process.stdin, 'Standard input') : json;
	let input: unknown;
	try {
		input = JSON.parse(text);
	} catch (error) {
		throw new UsageError(`The input is no JSON: ${(error as Error).message}.`);
	}
	if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
		return input as Readonly<Record<string, unknown>>;
	}
	throw new UsageError('The input is no JSON object, such as {"id":"7"}.');
}

async function describedOperation(
	id: string,
	{ url }: CallTarget,
	signal: AbortSignal,
): Promise<DescribedOperation> {
	const place = `${url}/openapi.json`;
	const response = await fetch(place, { redirect: 'manual', signal });
	const text = await boundedText(response.body, place);
	const operations = operationsOf(parsed(text), place);
	return findOperation(id, operations, async () => (await import('flotilla/adapter')).nearest);
}

function send({ url, ...request }: CallRequest, signal: AbortSignal): Promise<Response> {
	return fetch(url, { ...request, redirect: 'manual', signal });
}

function isStream(response: Response): boolean {
	return response.ok && typeOf(response) === 'text/event-stream';
}

function typeOf({ headers }: Response): string {
	return (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** @returns The exit code. */
async function show(response: Response, json: boolean): Promise<number> {
	if (isStream(response)) return showItems(response, json);
	const text = await boundedText(response.body, 'The answer');
	if (response.ok) {
		if (text !== '') console.log(valueText(parsed(text) ?? text, json));
		return exitCodes.ok;
	}
	const problem = (parsed(text) ?? {
		title: `HTTP ${response.status}`,
		status: response.status,
		detail: text.slice(0, TEXT_SHOWN),
	}) as Problem;
	return showProblem(problem, json);
}

/** A line for each item, until the stream ends. @returns The exit code. */
async function showItems(response: Response, json: boolean): Promise<number> {
	if (response.body === null) return exitCodes.ok;
	for await (const { name, data } of serverEvents(response.body)) {
		const value = parsed(data);
		if (name === 'problem') return showProblem((value ?? {}) as Problem, json);
		console.log(json ? JSON.stringify(value ?? data) : jsonText(value ?? data, 0));
	}
	return exitCodes.ok;
}

function showProblem(problem: Problem, json: boolean): number {
	if (json) console.log(JSON.stringify(problem));
	else console.error(problemText(problem));
	return exitCodes.found;
}

function valueText(value: unknown, json: boolean): string {
	return json ? JSON.stringify(value) : jsonText(value, 2);
}

/** `undefined` when it is no JSON. */
function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Its request has perhaps arrived, and it changes something. */
function mayHaveTakenEffect(operation: DescribedOperation | undefined): boolean {
	return operation !== undefined && operation.method !== 'GET';
}

function failureText(
	error: unknown,
	{ url, advice }: CallTarget,
	operation: DescribedOperation | undefined,
	clock: Deadline,
): string {
	const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
	const reason = cause?.code ?? cause?.message ?? (error as Error).message;
	if (operation === undefined) {
		const what = clock.signal.aborted ? `no answer within ${clock.text}` : reason;
		return `Nothing answers at ${url} (${what}). ${advice}`;
	}
	const what = clock.signal.aborted
		? `${operation.id} has not answered within ${clock.text}.`
		: `The connection to ${url} broke: ${reason}.`;
	return mayHaveTakenEffect(operation) ? `${what} ${UNKNOWN}` : what;
}

/** Aborts after a while, unless it is stopped. */
class Deadline implements Disposable {
	readonly signal: AbortSignal;
	/** How long that is, in words. */
	readonly text: string;
	readonly #timer: NodeJS.Timeout;

	constructor(timeoutMs: number) {
		const controller = new AbortController();
		this.signal = controller.signal;
		this.text = duration(timeoutMs);
		this.#timer = setTimeout(() => controller.abort(), timeoutMs);
	}

	stop(): void {
		clearTimeout(this.#timer);
	}

	[Symbol.dispose](): void {
		this.stop();
	}
}
