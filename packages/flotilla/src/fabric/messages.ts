import type { Principal } from '../context/principal.ts';
import { errorTable, isErrorCode } from '../errors/error-table.ts';
import { type Effect, FlotillaError } from '../errors/flotilla-error.ts';
import { malformed, parseBody } from './frame.ts';

/** A call as it travels. Undefined fields are left out. */
export interface Request {
	/** The address of the operation: `orders@1/place`. */
	readonly to: string;
	/** What is left until the caller stops waiting: a moment would depend on clocks that differ. */
	readonly timeoutMs: number | undefined;
	readonly traceparent: string;
	readonly tracestate: string | undefined;
	readonly principal: Principal | undefined;
	/** The calling service; `undefined` from outside. */
	readonly from: string | undefined;
	/** How many calls are above this one. */
	readonly depth: number;
	readonly idempotencyKey: string | undefined;
	/** Of a streaming result: how many items may be sent before more are asked for. */
	readonly credit: number | undefined;
	/** In wire form. */
	readonly input: unknown;
}

/** An event on its way to a subscriber. */
export interface EventMessage {
	/** The name of the service that is to get it. */
	readonly subscriber: string;
	readonly id: string;
	/** Its address: `orders@1/placed`. */
	readonly event: string;
	readonly orderingKey: string;
	readonly emittedAtMs: number;
	/** In wire form, as JSON. */
	readonly data: string;
	/** Trace and principal of whoever emitted it, as JSON. */
	readonly context: string;
}

/** The wish of a service to get events. */
export interface SubscribeMessage {
	/** The name of the service that listens, and its major version. */
	readonly subscriber: string;
	readonly version: number;
	/** The emitting service, with its major version: `orders@1`. */
	readonly emitter: string;
	/** The addresses of the events. */
	readonly events: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

export function encodeRequest(request: Request): string {
	return JSON.stringify(request);
}

/** @throws {FlotillaError} `FLOTILLA_FRAME_MALFORMED` */
export function decodeRequest(body: string): Request {
	const fields = fieldsOf(body);
	return {
		to: text(fields, 'to'),
		timeoutMs: optional(fields, 'timeoutMs', duration),
		traceparent: text(fields, 'traceparent'),
		tracestate: optional(fields, 'tracestate', text),
		principal: optional(fields, 'principal', principal),
		from: optional(fields, 'from', text),
		depth: whole(fields, 'depth'),
		idempotencyKey: optional(fields, 'idempotencyKey', text),
		credit: optional(fields, 'credit', whole),
		input: fields.input,
	};
}

/** Data and context are JSON already, and are put in as they are. */
export function encodeEvent({ data, context, ...rest }: EventMessage): string {
	return `${JSON.stringify(rest).slice(0, -1)},"data":${data},"context":${context}}`;
}

/** @throws {FlotillaError} `FLOTILLA_FRAME_MALFORMED` */
export function decodeEvent(body: string): EventMessage {
	const fields = fieldsOf(body);
	if (fields.data === undefined || !isObject(fields.context)) throw malformed('it is no event');
	return {
		subscriber: text(fields, 'subscriber'),
		id: text(fields, 'id'),
		event: text(fields, 'event'),
		orderingKey: text(fields, 'orderingKey'),
		emittedAtMs: number(fields, 'emittedAtMs'),
		data: JSON.stringify(fields.data),
		context: JSON.stringify(fields.context),
	};
}

export function encodeSubscribe(message: SubscribeMessage): string {
	return JSON.stringify(message);
}

/** @throws {FlotillaError} `FLOTILLA_FRAME_MALFORMED` */
export function decodeSubscribe(body: string): SubscribeMessage {
	const fields = fieldsOf(body);
	return {
		subscriber: text(fields, 'subscriber'),
		version: whole(fields, 'version'),
		emitter: text(fields, 'emitter'),
		events: texts(fields, 'events'),
	};
}

/** An error of the platform as it travels: the remedy is not sent, for the other side has it too. */
export function encodeError(error: FlotillaError): string {
	const { code, effect } = error;
	const bare = { code, message: bareMessage(error), effect };
	try {
		return JSON.stringify({ ...bare, details: error.details });
	} catch {
		return JSON.stringify({ ...bare, details: {} });
	}
}

/** @throws {FlotillaError} `FLOTILLA_FRAME_MALFORMED` */
export function decodeError(body: string): FlotillaError {
	const fields = fieldsOf(body);
	const code = text(fields, 'code');
	const message = text(fields, 'message');
	const effect = text(fields, 'effect') as Effect;
	if (!['none', 'unknown', 'done'].includes(effect)) throw malformed(`its effect is '${effect}'`);
	const details = isObject(fields.details) ? fields.details : {};
	if (isErrorCode(code)) return new FlotillaError(code, message, { effect, details });
	// Of a newer version: what it means is in its message.
	const unknown = `${code}: ${message}`;
	return new FlotillaError('FLOTILLA_HANDLER_FAILED', unknown, { effect, details });
}

export function encodeDeclaredError(code: string, data: unknown): string {
	return JSON.stringify({ code, data });
}

/** @throws {FlotillaError} `FLOTILLA_FRAME_MALFORMED` */
export function decodeDeclaredError(body: string): {
	readonly code: string;
	readonly data: unknown;
} {
	const fields = fieldsOf(body);
	return { code: text(fields, 'code'), data: fields.data };
}

/** What an error says, without its code and remedy, which are added wherever an error is made. */
export function bareMessage({ code, message }: FlotillaError): string {
	const { remedy } = errorTable[code];
	const start = message.startsWith(`${code}: `) ? code.length + 2 : 0;
	const end = message.endsWith(` ${remedy}`) ? message.length - remedy.length - 1 : message.length;
	return message.slice(start, Math.max(start, end));
}

/** The fields of a body that must be an object. */
export function fieldsOf(body: string): Fields {
	const value = parseBody(body);
	if (!isObject(value)) throw malformed('it is not an object');
	return value;
}

function isObject(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field that must be a text. */
export function text(fields: Fields, name: string): string {
	const value = fields[name];
	if (typeof value !== 'string') throw malformed(`'${name}' is not a text`);
	return value;
}

/** A field that must be a list of texts. */
export function texts(fields: Fields, name: string): readonly string[] {
	const value = fields[name];
	const fine = Array.isArray(value) && value.every((one) => typeof one === 'string');
	if (!fine) throw malformed(`'${name}' is not a list of texts`);
	return value;
}

/** A field that must be a number. */
export function number(fields: Fields, name: string): number {
	const value = fields[name];
	if (typeof value !== 'number') throw malformed(`'${name}' is not a number`);
	return value;
}

function duration(fields: Fields, name: string): number {
	const value = number(fields, name);
	if (!(value >= 0)) throw malformed(`'${name}' is below 0`);
	return value;
}

function whole(fields: Fields, name: string): number {
	const value = number(fields, name);
	if (!Number.isSafeInteger(value) || value < 0) throw malformed(`'${name}' is no whole number`);
	return value;
}

/** A field that may be absent. */
export function optional<T>(
	fields: Fields,
	name: string,
	read: (fields: Fields, name: string) => T,
): T | undefined {
	return fields[name] === undefined ? undefined : read(fields, name);
}

function principal(fields: Fields, name: string): Principal {
	const value = fields[name];
	if (!isObject(value)) throw malformed(`'${name}' is not an object`);
	const tenant = optional(value, 'tenant', text);
	return {
		subject: text(value, 'subject'),
		issuer: text(value, 'issuer'),
		...(tenant === undefined ? {} : { tenant }),
		scopes: texts(value, 'scopes'),
	};
}
