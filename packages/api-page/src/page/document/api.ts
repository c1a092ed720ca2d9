import {
	dereference,
	isObject,
	type Json,
	type JsonObject,
	listOf,
	objectOf,
	textOf,
} from './json.ts';

/** An OpenAPI document as the page shows it. */
export interface Api {
	readonly title: string;
	readonly version: string;
	readonly description: string;
	/** Where the operations are, as the document says it: `/`. */
	readonly server: string;
	readonly tags: readonly Tag[];
	/** What references lead into. */
	readonly document: JsonObject;
}

export interface Tag {
	readonly name: string;
	readonly description: string;
	readonly operations: readonly Operation[];
}

export interface Operation {
	/** Names it in addresses of the page; its `operationId` if it has one. */
	readonly id: string;
	readonly method: string;
	readonly path: string;
	readonly tag: string;
	readonly summary: string;
	readonly description: string;
	readonly isDeprecated: boolean;
	/** The scopes that a caller needs; `undefined` when anybody may call. */
	readonly scopes: readonly string[] | undefined;
	readonly parameters: readonly Parameter[];
	readonly body: Body | undefined;
	readonly answers: readonly PossibleAnswer[];
}

export interface Parameter {
	readonly name: string;
	readonly place: 'path' | 'query' | 'header';
	readonly isRequired: boolean;
	readonly description: string;
	readonly schema: Json;
	readonly example: Json | undefined;
}

export interface Body {
	readonly isRequired: boolean;
	readonly mediaType: string;
	readonly schema: Json;
	readonly example: Json | undefined;
}

export interface PossibleAnswer {
	/** `201`, `4XX` or `default`. */
	readonly status: string;
	readonly description: string;
	readonly headers: readonly { readonly name: string; readonly description: string }[];
	readonly mediaType: string | undefined;
	readonly schema: Json | undefined;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** @throws {Error} It is no OpenAPI document of version 3. */
export function readApi(json: Json): Api {
	const document = objectOf(json);
	const version = textOf(document.openapi);
	if (!/^3\./.test(version) || !isObject(document.paths)) {
		throw new Error('This is no OpenAPI document of version 3.');
	}
	const info = objectOf(document.info);
	return {
		title: textOf(info.title) || 'API',
		version: textOf(info.version),
		description: textOf(info.description),
		server: textOf(objectOf(listOf(document.servers)[0]).url) || '/',
		tags: tagsOf(document, operationsOf(document)),
		document,
	};
}

function tagsOf(document: JsonObject, operations: readonly Operation[]): Tag[] {
	const described = listOf(document.tags).map(objectOf);
	const names = new Set([
		...described.map((tag) => textOf(tag.name)),
		...operations.map(({ tag }) => tag),
	]);
	return [...names]
		.map((name) => ({
			name,
			description: textOf(described.find((tag) => tag.name === name)?.description),
			operations: operations.filter(({ tag }) => tag === name),
		}))
		.filter((tag) => tag.operations.length > 0);
}

function operationsOf(document: JsonObject): Operation[] {
	const taken = new Set<string>();
	return Object.entries(objectOf(document.paths)).flatMap(([path, value]) => {
		const item = dereference(value, document);
		return METHODS.filter((method) => isObject(item[method])).map((method) => {
			const operation = readOperation(method, path, item, document);
			let { id } = operation;
			for (let count = 2; taken.has(id); count++) id = `${operation.id}-${count}`;
			taken.add(id);
			return { ...operation, id };
		});
	});
}

function readOperation(
	method: string,
	path: string,
	item: JsonObject,
	document: JsonObject,
): Operation {
	const json = objectOf(item[method]);
	const words = `${method}${path.replaceAll(/[^A-Za-z0-9]+/g, '-')}`.replace(/-$/, '');
	return {
		id: textOf(json.operationId) || words,
		method: method.toUpperCase(),
		path,
		tag: textOf(listOf(json.tags)[0]) || 'operations',
		summary: textOf(json.summary),
		description: textOf(json.description),
		isDeprecated: json.deprecated === true,
		scopes: scopesOf(json.security ?? document.security),
		parameters: parametersOf(item, json, document),
		body: bodyOf(json, document),
		answers: Object.entries(objectOf(json.responses)).map(([status, response]) =>
			answerOf(status, dereference(response, document), document),
		),
	};
}

/** Of several ways the first that asks for something; an empty one lets anybody call. */
function scopesOf(security: Json | undefined): readonly string[] | undefined {
	const ways = listOf(security).map(objectOf);
	if (ways.length === 0 || ways.some((way) => Object.keys(way).length === 0)) return undefined;
	return Object.values(ways[0] ?? {}).flatMap((scopes) => listOf(scopes).map(textOf));
}

/** Those of the path hold for all its operations, unless one has its own of the same name. */
function parametersOf(item: JsonObject, operation: JsonObject, document: JsonObject): Parameter[] {
	const found = new Map<string, Parameter>();
	for (const value of [...listOf(item.parameters), ...listOf(operation.parameters)]) {
		const json = dereference(value, document);
		const place = json.in;
		if (place !== 'path' && place !== 'query' && place !== 'header') continue;
		const name = textOf(json.name);
		const [content] = Object.values(objectOf(json.content));
		found.set(`${place} ${name}`, {
			name,
			place,
			isRequired: json.required === true || place === 'path',
			description: textOf(json.description),
			schema: json.schema ?? objectOf(content).schema ?? {},
			example: json.example ?? exampleAmong(json.examples, document),
		});
	}
	return [...found.values()];
}

function bodyOf(operation: JsonObject, document: JsonObject): Body | undefined {
	if (operation.requestBody === undefined) return undefined;
	const json = dereference(operation.requestBody, document);
	const [mediaType, content] = contentOf(json.content) ?? [];
	if (mediaType === undefined || content === undefined) return undefined;
	return {
		isRequired: json.required === true,
		mediaType,
		schema: content.schema ?? {},
		example: content.example ?? exampleAmong(content.examples, document),
	};
}

function answerOf(status: string, json: JsonObject, document: JsonObject): PossibleAnswer {
	const [mediaType, content] = contentOf(json.content) ?? [];
	return {
		status,
		description: textOf(json.description),
		headers: Object.entries(objectOf(json.headers)).map(([name, header]) => ({
			name,
			description: textOf(dereference(header, document).description),
		})),
		mediaType,
		schema: content?.schema,
	};
}

/** JSON before anything else that there may be. */
function contentOf(content: Json | undefined): readonly [string, JsonObject] | undefined {
	const all = Object.entries(objectOf(content));
	const [type, value] = all.find(([name]) => /[/+]json\b/.test(name)) ?? all[0] ?? [];
	return type === undefined ? undefined : [type, objectOf(value)];
}

function exampleAmong(examples: Json | undefined, document: JsonObject): Json | undefined {
	const [first] = Object.values(objectOf(examples));
	return first === undefined ? undefined : dereference(first, document).value;
}

/** Those that hold every word, in their names, paths or texts. */
export function searched(tags: readonly Tag[], text: string): readonly Tag[] {
	const words = text.toLowerCase().split(/\s+/).filter(Boolean);
	if (words.length === 0) return tags;
	const fits = ({ id, method, path, tag, summary }: Operation): boolean => {
		const all = `${id} ${method} ${path} ${tag} ${summary}`.toLowerCase();
		return words.every((word) => all.includes(word));
	};
	return tags
		.map((tag) => ({ ...tag, operations: tag.operations.filter(fits) }))
		.filter(({ operations }) => operations.length > 0);
}
