import { type ServerEvent, serverEvents } from 'flotilla/client';
import type { PreparedRequest } from './request.ts';

/** How far a request has come. */
export type Progress =
	| { readonly state: 'none' }
	| { readonly state: 'sending' }
	| { readonly state: 'failed'; readonly reason: string }
	| { readonly state: 'answered'; readonly answer: Answer }
	| {
			readonly state: 'streaming' | 'ended' | 'stopped' | 'broken';
			readonly answer: Answer;
			readonly events: readonly ServerEvent[];
			/** How many there were, of which only the latest are kept. */
			readonly count: number;
	  };

export interface Answer {
	readonly status: number;
	readonly statusText: string;
	/** Until the head of a stream, until the last byte of anything else. */
	readonly durationMs: number;
	readonly headers: readonly (readonly [string, string])[];
	readonly mediaType: string;
	/** Empty for a stream. */
	readonly body: string;
}

/** Events of a stream that are kept. */
const EVENTS_KEPT = 200;

/**
 * Sends a request and tells how far it has come, until it is answered, its stream ends, or the signal
 * aborts. Never rejects.
 */
export async function send(
	request: PreparedRequest,
	{
		token,
		signal,
		tell,
	}: {
		readonly token: string;
		readonly signal: AbortSignal;
		readonly tell: (progress: Progress) => void;
	},
): Promise<void> {
	tell({ state: 'sending' });
	const startMs = performance.now();
	try {
		const response = await fetch(request.path, {
			method: request.method,
			headers: { ...request.headers, ...(token !== '' && { authorization: `Bearer ${token}` }) },
			...(request.body !== undefined && { body: request.body }),
			signal,
			cache: 'no-store',
			credentials: 'omit',
		});
		const mediaType = response.headers.get('content-type') ?? '';
		const isStream = mediaType.startsWith('text/event-stream');
		const body = isStream ? '' : await response.text();
		const answer: Answer = {
			status: response.status,
			statusText: response.statusText,
			durationMs: performance.now() - startMs,
			headers: [...response.headers],
			mediaType,
			body,
		};
		if (isStream && response.body !== null) await follow(response.body, answer, signal, tell);
		else tell({ state: 'answered', answer });
	} catch (error) {
		tell({
			state: 'failed',
			reason: signal.aborted ? 'Stopped before an answer came.' : why(error),
		});
	}
}

function why(error: unknown): string {
	return `No answer: ${(error as Error).message}. Is it running, and may this page call it?`;
}

async function follow(
	stream: ReadableStream<Uint8Array>,
	answer: Answer,
	signal: AbortSignal,
	tell: (progress: Progress) => void,
): Promise<void> {
	let events: readonly ServerEvent[] = [];
	let count = 0;
	const tellState = (state: 'streaming' | 'ended' | 'stopped' | 'broken'): void =>
		tell({ state, answer, events, count });
	tellState('streaming');
	try {
		for await (const event of serverEvents(stream)) {
			count++;
			events = [...events, event].slice(-EVENTS_KEPT);
			tellState('streaming');
		}
		tellState('ended');
	} catch {
		tellState(signal.aborted ? 'stopped' : 'broken');
	}
}
