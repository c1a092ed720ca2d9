import type { StandardSchemaV1 } from '@standard-schema/spec';
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
	/** Variables that start so too and are meant for other programs: `SHOP_SMOKE_TEST`. */
	readonly otherVariables?: readonly string[];
	/** Without the program's own name. */
	readonly arguments: readonly string[];
	/**
	 * Reads the configuration file: the one that `--config FILE` or `SHOP_CONFIG` names, or the usual
	 * one when `path` is `undefined`. Resolves with `undefined` when there is no usual one.
	 */
	readonly file?: (path: string | undefined) => Promise<ConfigurationFile | undefined>;
}

/** A configuration file that has been read, and not been checked. */
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
 * @throws {FlotillaError} `FLOTILLA_CONFIGURATION`: keys are unknown (the message names the nearest
 *   known ones) or values do not match the schema; it tells all of them, and `details.problems` has
 *   them as a list. Messages never repeat values: they may be secret.
 */
export async function configuration<S extends Schema>(
	sources: ConfigurationSources<S>,
): Promise<OutputOf<S>> {
	const settings = settingsOf(sources.schema, sources.file !== undefined);
	const problems: string[] = [];
	const fromEnvironment = readEnvironment(settings, sources, problems);
	const fromArguments = readArguments(settings, sources.arguments, problems);
	const path = (fromArguments.get(configKey) ?? fromEnvironment.get(configKey))?.value;
	const file = await sources.file?.(path as string | undefined);
	const given = new Map<string, Given>([
		...readFile(settings, file, problems),
		...fromEnvironment,
		...fromArguments,
	]);
	given.delete(configKey);
	const values = Object.fromEntries([...given].map(([key, { value }]) => [key, value]));
	const result = await sources.schema['~standard'].validate(values);
	problems.push(...(result.issues ?? []).map((issue) => problemOf(issue, given)));
	if (result.issues === undefined && problems.length === 0) return result.value as OutputOf<S>;
	throw refusal(problems);
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
	problems: string[],
): ReadonlyMap<string, Given> {
	const given = new Map<string, Given>();
	if (file === undefined) return given;
	const { name, values } = file;
	if (typeof values !== 'object' || values === null || Array.isArray(values)) {
		problems.push(`${name} does not export an object of settings by default.`);
		return given;
	}
	const known = [...settings.keys()].filter((key) => key !== configKey);
	for (const [key, value] of Object.entries(values)) {
		if (known.includes(key)) given.set(key, { value, source: `'${key}' in ${name}` });
		else problems.push(unknown(`The key '${key}' in ${name}`, key, known));
	}
	return given;
}

function readEnvironment(
	settings: ReadonlyMap<string, Setting>,
	{ prefix, environment, otherVariables = [] }: Omit<ConfigurationSources<Schema>, 'schema'>,
	problems: string[],
): ReadonlyMap<string, Given> {
	const given = new Map<string, Given>();
	const keys = new Map([...settings.keys()].map((key) => [variableName(prefix, key), key]));
	for (const [name, text] of Object.entries(environment)) {
		if (text === undefined || !name.startsWith(prefix) || otherVariables.includes(name)) continue;
		const key = keys.get(name);
		if (key !== undefined) given.set(key, { value: parsed(text, settings.get(key)), source: name });
		else problems.push(unknown(`The environment variable ${name}`, name, [...keys.keys()]));
	}
	return given;
}

function readArguments(
	settings: ReadonlyMap<string, Setting>,
	words: readonly string[],
	problems: string[],
): ReadonlyMap<string, Given> {
	const given = new Map<string, Given>();
	const keys = new Map([...settings.keys()].map((key) => [argumentName(key), key]));
	const rest = [...words];
	for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
		const [name = '', ...values] = word.split('=');
		const key = keys.get(name);
		const setting = key === undefined ? undefined : settings.get(key);
		const text = values.length > 0 ? values.join('=') : takeValue(name, setting, rest);
		if (key === undefined) {
			problems.push(unknown(`The argument ${name}`, name, [...keys.keys()]));
		} else if (text === undefined) problems.push(`The argument ${name} lacks a value.`);
		else if (given.has(key)) problems.push(`The argument ${name} is given twice.`);
		else given.set(key, { value: parsed(text, setting), source: name });
	}
	return given;
}

/**
 * Takes the value of an argument from the words behind it; `undefined` when there is none. A switch
 * needs none, and what stands behind an unknown argument is thought to be its value.
 */
function takeValue(name: string, setting: Setting | undefined, rest: string[]): string | undefined {
	const next = rest[0];
	if (setting?.types.has('boolean') && next !== 'true' && next !== 'false') return 'true';
	if (next === undefined || next.startsWith('--') || !name.startsWith('--')) return undefined;
	return rest.shift();
}

/** Text as the setting wants it; left as it is where it does not fit, so that the schema refuses it. */
function parsed(text: string, setting: Setting | undefined): unknown {
	const types = setting?.types ?? new Set();
	if (isNumber(types) && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text))
		return Number(text);
	if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
	return text;
}

/** An issue of the schema, with the place where the value stands. */
function problemOf(
	{ message, path = [] }: StandardSchemaV1.Issue,
	given: ReadonlyMap<string, Given>,
): string {
	const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
	const source = given.get(keys[0] ?? '')?.source ?? `'${keys[0] ?? ''}'`;
	return `${[source, ...keys.slice(1)].join('.')}: ${message}${/[.!?]$/.test(message) ? '' : '.'}`;
}

function unknown(subject: string, name: string, known: readonly string[]): string {
	const suggestion = nearest(name, known);
	const hint = suggestion === undefined ? '' : ` The nearest known one is ${suggestion}.`;
	return `${subject} is unknown.${hint}`;
}

/** More is not read at once anyway. */
const problemsTold = 20;

function refusal(problems: readonly string[]): FlotillaError {
	const told = problems.slice(0, problemsTold);
	const left = problems.length - told.length;
	const rest = left === 0 ? '' : ` And ${left} more.`;
	return new FlotillaError(
		'FLOTILLA_CONFIGURATION',
		`The configuration is refused. ${told.join(' ')}${rest}`,
		{ details: { problems: told } },
	);
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
