import {
	type JsonSchema,
	jsonSchemaOf,
	type OutputOf,
	resolveReference,
	type Schema,
} from '../contract/schema.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import { nearest } from './nearest.ts';

/** Where the settings of a program come from. Later ones override earlier ones: file, environment, arguments. */
export interface ConfigurationSources<S extends Schema> {
	/** An object schema with a property for each setting. Descriptions and defaults go into the help. */
	readonly schema: S;
	/** What the environment variables of this program start with: `SHOP_`. */
	readonly prefix: string;
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Without the program's own name. */
	readonly arguments: readonly string[];
	/**
	 * Reads the configuration file: the one that `--config FILE` or `SHOP_CONFIG` names, or the usual
	 * one when `path` is `undefined`. Resolves with `undefined` when there is no usual one.
	 */
	readonly file?: (path: string | undefined) => Promise<ConfigurationFile | undefined>;
}

export interface ConfigurationFile {
	/** As messages mention it. */
	readonly name: string;
	/** What it exports: an object of settings. */
	readonly values: unknown;
}

/**
 * Puts the settings of a program together and checks them. The setting `declineAboveMinor` is a key
 * of that name in the file, the variable `SHOP_DECLINE_ABOVE_MINOR`, the argument
 * `--decline-above-minor 500` or `--decline-above-minor=500`. Nothing that is unknown is ignored.
 *
 * @throws {FlotillaError} `FLOTILLA_CONFIGURATION`: a key is unknown (the message names the nearest
 *   known one) or a value does not match the schema. Messages never repeat values: they may be secret.
 */
export async function configuration<S extends Schema>(
	sources: ConfigurationSources<S>,
): Promise<OutputOf<S>> {
	const settings = settingsOf(sources.schema, sources.file !== undefined);
	const fromEnvironment = readEnvironment(settings, sources.prefix, sources.environment);
	const fromArguments = readArguments(settings, sources.arguments);
	const path = (fromArguments.get(configKey) ?? fromEnvironment.get(configKey))?.value;
	const file = await sources.file?.(path as string | undefined);
	const given = new Map<string, Given>([
		...readFile(settings, file),
		...fromEnvironment,
		...fromArguments,
	]);
	given.delete(configKey);
	return checked(sources.schema, given);
}

/** The settings of a program as the lines of its `--help`. */
export function configurationHelp(schema: Schema, prefix: string): string {
	const settings = settingsOf(schema, false);
	const lines = [...settings].map(([key, { json, types }]) => {
		const values = json.enum as readonly unknown[] | undefined;
		const value = values?.join('|') ?? (isNumber(types) ? 'NUMBER' : 'TEXT');
		const start = types.has('boolean') ? argumentName(key) : `${argumentName(key)} ${value}`;
		const byDefault = json.default === undefined ? '' : ` (${String(json.default)})`;
		return { start, rest: `${String(json.description ?? '')}${byDefault}`, key };
	});
	const width = Math.max(0, ...lines.map(({ start }) => start.length));
	return lines
		.map(
			({ start, rest, key }) => `  ${start.padEnd(width)}  ${rest} [${variableName(prefix, key)}]`,
		)
		.join('\n');
}

/** The setting that every program with a configuration file has. */
const configKey = 'config';

interface Setting {
	readonly json: JsonSchema;
	readonly types: ReadonlySet<unknown>;
}

interface Given {
	readonly value: unknown;
	/** Where it stands, for messages. */
	readonly source: string;
}

function settingsOf(schema: Schema, hasFile: boolean): ReadonlyMap<string, Setting> {
	const root = jsonSchemaOf(schema);
	if (root.type !== 'object') throw new TypeError('the schema of a configuration is of an object');
	const settings = new Map<string, Setting>();
	if (hasFile) settings.set(configKey, { json: {}, types: new Set(['string']) });
	for (const [key, json] of Object.entries((root.properties ?? {}) as JsonSchema)) {
		settings.set(key, { json: json as JsonSchema, types: typesOf(json as JsonSchema, root) });
	}
	return settings;
}

function typesOf(json: JsonSchema, root: JsonSchema): ReadonlySet<unknown> {
	if (typeof json.$ref === 'string') {
		return typesOf(resolveReference(json.$ref, root) as JsonSchema, root);
	}
	const branches = (json.anyOf ?? json.oneOf ?? json.allOf) as readonly JsonSchema[] | undefined;
	if (branches !== undefined) {
		return new Set(branches.flatMap((branch) => [...typesOf(branch, root)]));
	}
	return new Set(Array.isArray(json.type) ? json.type : [json.type]);
}

function readFile(
	settings: ReadonlyMap<string, Setting>,
	file: ConfigurationFile | undefined,
): ReadonlyMap<string, Given> {
	const given = new Map<string, Given>();
	if (file === undefined) return given;
	const { name, values } = file;
	if (typeof values !== 'object' || values === null || Array.isArray(values)) {
		throw refusal(`${name} does not export an object of settings by default.`, { file: name });
	}
	const known = [...settings.keys()].filter((key) => key !== configKey);
	for (const [key, value] of Object.entries(values)) {
		if (!known.includes(key)) throw unknown(`The key '${key}' in ${name}`, key, known);
		given.set(key, { value, source: `'${key}' in ${name}` });
	}
	return given;
}

function readEnvironment(
	settings: ReadonlyMap<string, Setting>,
	prefix: string,
	environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, Given> {
	const given = new Map<string, Given>();
	const keys = new Map([...settings.keys()].map((key) => [variableName(prefix, key), key]));
	for (const [name, text] of Object.entries(environment)) {
		if (text === undefined || !name.startsWith(prefix)) continue;
		const key = keys.get(name);
		if (key === undefined) {
			throw unknown(`The environment variable ${name}`, name, [...keys.keys()]);
		}
		given.set(key, { value: parsed(text, settings.get(key)), source: name });
	}
	return given;
}

function readArguments(
	settings: ReadonlyMap<string, Setting>,
	words: readonly string[],
): ReadonlyMap<string, Given> {
	const given = new Map<string, Given>();
	const keys = new Map([...settings.keys()].map((key) => [argumentName(key), key]));
	const rest = [...words];
	for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
		const [name = '', ...values] = word.split('=');
		const key = keys.get(name);
		if (key === undefined) throw unknown(`The argument ${name}`, name, [...keys.keys()]);
		if (given.has(key)) throw refusal(`The argument ${name} is given twice.`, { key: name });
		const setting = settings.get(key);
		const text = values.length > 0 ? values.join('=') : takeValue(name, setting, rest);
		given.set(key, { value: parsed(text, setting), source: name });
	}
	return given;
}

/** Takes the value of an argument from the words behind it. A switch needs none. */
function takeValue(name: string, setting: Setting | undefined, rest: string[]): string {
	const next = rest[0];
	if (setting?.types.has('boolean') && next !== 'true' && next !== 'false') return 'true';
	if (next === undefined || next.startsWith('--')) {
		throw refusal(`The argument ${name} lacks a value.`, { key: name });
	}
	rest.shift();
	return next;
}

/** Text as the setting wants it; left as it is where it does not fit, so that the schema refuses it. */
function parsed(text: string, setting: Setting | undefined): unknown {
	const types = setting?.types ?? new Set();
	if (isNumber(types) && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text))
		return Number(text);
	if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
	return text;
}

async function checked<S extends Schema>(
	schema: S,
	given: ReadonlyMap<string, Given>,
): Promise<OutputOf<S>> {
	const values = Object.fromEntries([...given].map(([key, { value }]) => [key, value]));
	const result = await schema['~standard'].validate(values);
	if (result.issues === undefined) return result.value as OutputOf<S>;
	const problems = result.issues.slice(0, 3).map(({ message, path = [] }) => {
		const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
		const source = given.get(keys[0] ?? '')?.source ?? `'${keys[0] ?? ''}'`;
		return `${[source, ...keys.slice(1)].join('.')}: ${message}`;
	});
	throw refusal(`The configuration is refused. ${problems.join('; ')}.`, { problems });
}

function unknown(subject: string, name: string, known: readonly string[]): FlotillaError {
	const suggestion = nearest(name, known);
	const hint = suggestion === undefined ? '' : ` The nearest known one is ${suggestion}.`;
	return refusal(`${subject} is unknown.${hint}`, { key: name, nearest: suggestion });
}

function refusal(message: string, details: Readonly<Record<string, unknown>>): FlotillaError {
	return new FlotillaError('FLOTILLA_CONFIGURATION', message, { details });
}

function isNumber(types: ReadonlySet<unknown>): boolean {
	return types.has('number') || types.has('integer');
}

function argumentName(key: string): string {
	return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function variableName(prefix: string, key: string): string {
	return prefix + key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
