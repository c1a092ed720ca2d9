import { limits } from '../limits.ts';
import { type FrameKind, FrameReader, frameKind } from './frame.ts';

/** How much of a body is told. */
const BODY_LENGTH = 400;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Says in words what frames mean, for traces and pictures of what instances told each other:
 * `call #3 orders@1/place {"lines":[…]}`, `reply #3 {"id":"o1"}`.
 *
 * @param bytes As they came over a connection.
 * @returns `undefined`: no whole frame begins where they begin.
 */
export function describeFrames(bytes: Uint8Array): string | undefined {
	const told: string[] = [];
	try {
		new FrameReader(limits.frameBytes).read(bytes, (kind, exchange, body) => {
			told.push(frameInWords(kind, exchange, body));
		});
	} catch {
		// The middle of something longer.
	}
	return told.length === 0 ? undefined : told.join(', ');
}

function frameInWords(kind: FrameKind, exchange: number, body: string): string {
	const word = words[kind] ?? nameOf(kind);
	if (exchange === 0) return word;
	return `${word} #${exchange} ${bodyInWords(kind, body)}`.trimEnd();
}

const words: Readonly<Partial<Record<FrameKind, string>>> = {
	[frameKind.request]: 'call',
	[frameKind.deliver]: 'event',
	[frameKind.declaredError]: 'refusal',
};

function nameOf(kind: FrameKind): string {
	return Object.entries(frameKind).find(([, value]) => value === kind)?.[0] ?? String(kind);
}

function bodyInWords(kind: FrameKind, body: string): string {
	const fields = (body === '' ? {} : JSON.parse(body)) as Fields;
	if (kind === frameKind.request) return `${fields.to} ${shortJson(fields.input)}`;
	if (kind === frameKind.deliver) return `${fields.event} ${shortJson(fields.data)}`;
	if (kind === frameKind.declaredError) return `${fields.code} ${shortJson(fields.data)}`;
	if (kind === frameKind.error) return `${fields.code}: ${fields.message}`;
	return body.slice(0, BODY_LENGTH);
}

function shortJson(value: unknown): string {
	return (JSON.stringify(value) ?? '').slice(0, BODY_LENGTH);
}
