import { paintError } from '../terminal/paint.ts';
import { ownStack } from './stack-frames.ts';

type Style = Parameters<typeof paintError>[0];
type LogFields = Readonly<Record<string, unknown>>;

const styleOfLevel: Readonly<Record<string, Style>> = {
	debug: 'gray',
	info: 'green',
	warn: 'yellow',
	error: 'red',
};

/** A service has the same one in every run. */
const SERVICE_STYLES: readonly Style[] = [
	'cyan',
	'magenta',
	'blue',
	'cyanBright',
	'magentaBright',
	'blueBright',
];

const SERVICE_WIDTH = 10;
/** Digits of a trace id, enough to tell one trace from another on a screen. */
const TRACE_DIGITS = 8;
/** The ids of spans are for programs, and what became a part of the headline is told once. */
const LEFT_OUT = new Set(['level', 'time', 'message', 'service', 'name', 'span_id', 'outcome']);
const HTTP_FIELDS = ['http_request_method', 'http_response_status_code', 'http_route', 'url_path'];

/**
 * A log record for a person: time, level, service, what happened, then its fields. Texts of several
 * lines, such as stacks, stand below.
 */
export function readableLine(record: LogFields): string {
	const { level, time, outcome } = record;
	const service = serviceOf(record);
	const head = [
		paintError('dim', clockTime(String(time))),
		paintError(styleOfLevel[String(level)] ?? 'white', String(level).toUpperCase().padEnd(5)),
		paintError(styleOfService(service), service.padEnd(SERVICE_WIDTH)),
		headline(record),
		...(outcome === undefined || outcome === 'ok' ? [] : [paintError('yellow', String(outcome))]),
	];
	const fields = Object.entries(record).filter(
		([name, value]) =>
			!LEFT_OUT.has(name) && !HTTP_FIELDS.includes(name) && !isMadeOf(record.trace_id, value),
	);
	const short = fields.filter(([, value]) => !isLong(value)).map(fieldText);
	const long = fields.filter(([, value]) => isLong(value)).map(([, value]) => String(value));
	const line = [...head, ...(short.length === 0 ? [] : [paintError('dim', short.join(' '))])];
	return [line.join(' '), ...long.map(below)].join('\n');
}

/** The id of a request is made of its trace, unless the client has named it. */
function isMadeOf(traceId: unknown, value: unknown): boolean {
	return typeof traceId === 'string' && String(value).startsWith(`${traceId}-`);
}

function isLong(value: unknown): boolean {
	return typeof value === 'string' && value.includes('\n');
}

function below(text: string): string {
	return ownStack(text).replaceAll(/^/gm, '    ');
}

/** The local time of day, which is what the clock on the wall says too. */
function clockTime(time: string): string {
	const date = new Date(time);
	if (Number.isNaN(date.getTime())) return time;
	const two = (value: number): string => String(value).padStart(2, '0');
	const ms = String(date.getMilliseconds()).padStart(3, '0');
	return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** `orders@1/place` and `orders transaction` are of orders; a request is of the edge. */
function serviceOf({ service, name, http_request_method: method }: LogFields): string {
	if (typeof service === 'string') return service;
	if (method !== undefined) return 'edge';
	return typeof name === 'string' ? (/^[a-z0-9-]+(?=[@ ])/.exec(name)?.[0] ?? '') : '';
}

function styleOfService(service: string): Style {
	let sum = 0;
	for (const letter of service) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
	return SERVICE_STYLES[sum % SERVICE_STYLES.length] ?? 'cyan';
}

function headline(record: LogFields): string {
	const { message, name, http_request_method: method } = record;
	if (method !== undefined) {
		const place = record.http_route ?? record.url_path ?? '';
		return `${method} ${place} ${record.http_response_status_code ?? ''}`.trimEnd();
	}
	const isSaid = name === undefined || String(name).endsWith(String(message));
	return isSaid ? String(message) : `${message} ${name}`;
}

function fieldText([name, value]: readonly [string, unknown]): string {
	if (name === 'duration_ms') return `${value} ms`;
	if (name === 'trace_id') return `trace=${String(value).slice(0, TRACE_DIGITS)}`;
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return `${name}=${/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text)}`;
}
