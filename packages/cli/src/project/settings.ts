import type { Schema } from 'flotilla';
import type { Config, VerifierOfFleet } from './config.ts';

/** The configuration with its defaults filled in. */
export type Settings = Config &
	Required<Pick<Config, 'port' | 'host' | 'logLevel' | 'docs' | 'metrics'>>;

interface Setting {
	/** Of its JSON form; functions have none. */
	readonly json?: Readonly<Record<string, unknown>>;
	/** For the help of the commands, and for docs/reference/configuration.md. */
	readonly description: string;
	/** What stands for its value in the help; absent: it can only be set in the file. */
	readonly placeholder?: string;
	readonly default?: unknown;
	/** What it has to be, for a message. */
	readonly wanted: string;
	readonly accepts: (value: unknown) => boolean;
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** What can be said about an app that a command runs, in the order of the reference page. */
export const settings: Readonly<Record<keyof Config, Setting>> = {
	app: {
		description: 'the module that exports the app by default',
		json: { type: 'string' },
		wanted: 'the path of a module',
		accepts: isText,
	},
	port: {
		description: 'where the edge listens; 0 lets the operating system choose',
		placeholder: 'PORT',
		json: { type: 'integer' },
		default: 8080,
		wanted: 'a whole number from 0 to 65535',
		accepts: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535,
	},
	host: {
		description: 'the address that it listens on',
		placeholder: 'ADDRESS',
		json: { type: 'string' },
		default: '127.0.0.1',
		wanted: 'an address or a host name',
		accepts: isText,
	},
	data: {
		description: 'the folder that keeps the data',
		placeholder: 'DIR',
		json: { type: 'string' },
		wanted: 'the path of a folder',
		accepts: isText,
	},
	database: {
		description: 'a PostgreSQL server, postgres://..., instead of embedded SQLite',
		placeholder: 'URL',
		json: { type: 'string' },
		wanted: 'a URL that begins with postgres://',
		accepts: (value) =>
			typeof value === 'string' && /^postgres(?:ql)?:$/.test(URL.parse(value)?.protocol ?? ''),
	},
	logLevel: {
		description: 'the least important log lines that are written',
		placeholder: 'LEVEL',
		json: { type: 'string', enum: LOG_LEVELS },
		default: 'info',
		wanted: `one of ${LOG_LEVELS.join(', ')}`,
		accepts: (value) => LOG_LEVELS.some((level) => level === value),
	},
	auth: {
		description: 'who a bearer token stands for',
		wanted: 'a verifier, or { verifier: (fleet) => ... }, which only the file can hold',
		accepts: (value) => typeof value === 'function' || hasVerifier(value),
	},
	pages: {
		description: 'folders that the edge serves to browsers',
		wanted: 'a list of { at, folder, fallback }, which only the file can hold',
		accepts: (value) => Array.isArray(value) && value.every(isPages),
	},
	docs: {
		description: 'whether /docs shows the operations to people: public, or false',
		placeholder: 'WHO',
		json: { type: ['string', 'boolean'] },
		default: 'public',
		wanted: "'public' or false",
		accepts: (value) => value === false || value === 'public',
	},
	cors: {
		description: 'which pages of other origins may call the operations',
		wanted: '{ origins, credentials }, which only the file can hold',
		accepts: isCrossOrigins,
	},
	metrics: {
		description: 'who may read /metrics: public, a scope, or false for nobody',
		placeholder: 'SCOPE',
		json: { type: ['string', 'boolean'] },
		default: 'public',
		wanted: "'public', a scope, or false",
		accepts: (value) => value === false || isText(value),
	},
};

/** `logLevel` as an argument has it: `log-level`. */
export function optionName(key: string): string {
	return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The same as a schema for `configuration()`. */
export const settingsSchema: Schema<Config, Settings> = {
	'~standard': {
		version: 1,
		vendor: 'flotilla',
		validate: (value) => {
			const given = value as Readonly<Record<string, unknown>>;
			const issues = Object.entries(settings).flatMap(([key, { wanted, accepts }]) =>
				given[key] === undefined || accepts(given[key])
					? []
					: [{ path: [key], message: `expected ${wanted}` }],
			);
			return issues.length > 0
				? { issues }
				: { value: { ...defaults(), ...given } as unknown as Settings };
		},
		jsonSchema: { input: jsonSchema, output: jsonSchema },
	} as Schema<Config, Settings>['~standard'],
};

function defaults(): Readonly<Record<string, unknown>> {
	return Object.fromEntries(
		Object.entries(settings)
			.filter(([, setting]) => setting.default !== undefined)
			.map(([key, setting]) => [key, setting.default]),
	);
}

function jsonSchema(): Readonly<Record<string, unknown>> {
	const properties = Object.entries(settings).map(([key, { json, description }]) => [
		key,
		{ ...json, description },
	]);
	return { type: 'object', properties: Object.fromEntries(properties) };
}

function isText(value: unknown): boolean {
	return typeof value === 'string' && value !== '';
}

function hasVerifier(value: unknown): boolean {
	return typeof (value as Partial<VerifierOfFleet> | null)?.verifier === 'function';
}

function isPages(value: unknown): boolean {
	const { at, folder, fallback, ...others } = (value ?? {}) as Readonly<Record<string, unknown>>;
	return (
		typeof at === 'string' &&
		at.startsWith('/') &&
		(isText(folder) || folder instanceof URL) &&
		(fallback === undefined || isText(fallback)) &&
		Object.keys(others).length === 0
	);
}

/** What is an origin, the edge says. */
function isCrossOrigins(value: unknown): boolean {
	const { origins, credentials, ...others } = (value ?? {}) as Readonly<Record<string, unknown>>;
	return (
		Array.isArray(origins) &&
		origins.every(isText) &&
		(credentials === undefined || typeof credentials === 'boolean') &&
		Object.keys(others).length === 0
	);
}
