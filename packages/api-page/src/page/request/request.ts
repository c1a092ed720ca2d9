import type { Operation, Parameter } from '../document/api.ts';
import { isObject, type Json, type JsonObject } from '../document/json.ts';
import { flatten, typesOf } from '../document/schema.ts';

/** What somebody has filled in for an operation. */
export interface Inputs {
	/** By `keyOf`; an empty text is as good as none. */
	readonly values: Readonly<Record<string, string>>;
	readonly body: string;
}

/** A request that can be sent. */
export interface PreparedRequest {
	readonly method: string;
	/** With its query: `/v1/orders?limit=2`. */
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | undefined;
}

export const keyOf = ({ place, name }: Parameter): string => `${place}:${name}`;

/** What keeps the inputs from being sent, by `keyOf` or `body`, in words. */
export function problemsOf(
	{ parameters, body }: Operation,
	inputs: Inputs,
): ReadonlyMap<string, string> {
	const problems = new Map<string, string>();
	for (const parameter of parameters) {
		const key = keyOf(parameter);
		const value = inputs.values[key] ?? '';
		if (parameter.isRequired && value.trim() === '') problems.set(key, 'This is required.');
		else if (parameter.place === 'path' && isDots(value)) {
			problems.set(key, 'A path cannot have this.');
		}
		// A line break would end the header; browsers refuse it without saying which.
		if (parameter.place === 'header' && /[^\t -~\u0080-\u00ff]/.test(value)) {
			problems.set(key, 'A header has no such characters.');
		}
	}
	if (body === undefined) return problems;
	if (inputs.body.trim() === '') {
		if (body.isRequired) problems.set('body', 'A body is required.');
	} else if (isJson(body.mediaType)) {
		const problem = jsonProblem(inputs.body);
		if (problem !== undefined) problems.set('body', problem);
	}
	return problems;
}

/** What every URL resolves, so that another operation would be called. */
const isDots = (value: string): boolean => /^\.\.?$/.test(value);

const isJson = (mediaType: string): boolean => /[/+]json\b/.test(mediaType);

/** What is wrong with a text as JSON, and where. */
function jsonProblem(text: string): string | undefined {
	try {
		JSON.parse(text);
		return undefined;
	} catch (error) {
		const { message } = error as Error;
		const place = /position (\d+)/.exec(message);
		if (place === null || message.includes('line')) return `This is no JSON: ${message}.`;
		const before = text.slice(0, Number(place[1])).split('\n');
		const column = (before.at(-1)?.length ?? 0) + 1;
		return `This is no JSON: ${message} (line ${before.length}, column ${column}).`;
	}
}

/**
 * Where the operations are, as a path of this origin or else as a whole address. A document may say it
 * relative to itself.
 *
 * @param origin Of the page and of the document.
 */
export function serverOf(server: string, origin: string): string {
	const base = `${origin}/openapi.json`;
	if (!URL.canParse(server, base)) return '/';
	const url = new URL(server, base);
	return url.origin === origin ? url.pathname : url.href;
}

/** @param server What `serverOf` gives. */
export function requestOf(
	{ method, path, parameters, body }: Operation,
	inputs: Inputs,
	server: string,
	document: JsonObject,
): PreparedRequest {
	const headers: Record<string, string> = {};
	const query: string[] = [];
	let filled = path;
	for (const parameter of parameters) {
		const { name, place } = parameter;
		const value = inputs.values[keyOf(parameter)] ?? '';
		if (place === 'path') {
			filled = filled.replaceAll(
				`{${name}}`,
				value === '' || isDots(value) ? `{${name}}` : encodeURIComponent(value),
			);
		} else if (value !== '' && place === 'query') {
			for (const one of severalOf(parameter, value, document)) {
				query.push(`${encodeURIComponent(name)}=${encodeURIComponent(one)}`);
			}
		} else if (value !== '') headers[name.toLowerCase()] = value;
	}
	const sent = body === undefined || inputs.body.trim() === '' ? undefined : inputs.body;
	if (body !== undefined && sent !== undefined) headers['content-type'] = body.mediaType;
	const search = query.length === 0 ? '' : `?${query.join('&')}`;
	return { method, path: `${server.replace(/\/$/, '')}${filled}${search}`, headers, body: sent };
}

/** Whether a parameter takes several values: then each stands on a line of its own. */
export function isList({ schema }: Parameter, document: JsonObject): boolean {
	return typesOf(flatten(schema, document)).includes('array');
}

function severalOf(parameter: Parameter, value: string, document: JsonObject): string[] {
	if (!isList(parameter, document)) return [value];
	return value.split('\n').filter((line) => line !== '');
}

/** The whole input of an operation as one object, as `flotilla call` takes it. */
export function inputOf(
	{ parameters }: Operation,
	inputs: Inputs,
	document: JsonObject,
): JsonObject {
	const fields: Record<string, Json> = {};
	for (const parameter of parameters) {
		const value = inputs.values[keyOf(parameter)] ?? '';
		if (parameter.place === 'header' || value === '') continue;
		const types = typesOf(flatten(parameter.schema, document));
		fields[parameter.name] = types.includes('array')
			? severalOf(parameter, value, document)
			: typed(value, types);
	}
	try {
		const body = JSON.parse(inputs.body) as Json;
		return isObject(body) ? { ...fields, ...body } : fields;
	} catch {
		return fields;
	}
}

function typed(text: string, types: readonly string[]): Json {
	if (types.includes('string') || types.length === 0) return text;
	if (types.includes('boolean') && /^(?:true|false)$/.test(text)) return text === 'true';
	const isNumber = types.includes('integer') || types.includes('number');
	return isNumber && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
