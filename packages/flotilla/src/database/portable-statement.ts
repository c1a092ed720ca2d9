import { FlotillaError } from '../errors/flotilla-error.ts';
import type { SqlStatement, SqlValue } from '../host/database.ts';

/**
 * Refuses values that one of the engines would change in silence or cannot hold, so that a service
 * does the same on all of them: integers beyond 2^53 - 1, NaN and infinities, text with U+0000 or a
 * lone surrogate.
 *
 * @throws {FlotillaError} `FLOTILLA_DATABASE_STATEMENT`.
 */
export function refuseUnportableValues(statement: SqlStatement): void {
	const { strings, values } = statement;
	if (strings.length !== values.length + 1) {
		refuse(`It has ${strings.length - 1} parameters but ${values.length} values.`);
	}
	for (let index = 0; index < values.length; index += 1) {
		const problem = problemOf(values[index] as SqlValue);
		if (problem !== undefined) refuse(`Parameter ${index + 1} is ${problem}.`);
	}
}

/**
 * Refuses statements that would end the transaction they run in, or that change the connection.
 *
 * @returns The first word of the statement, in lower case.
 * @throws {FlotillaError} `FLOTILLA_DATABASE_STATEMENT`.
 */
export function refuseReservedVerb(sql: string): string {
	// It comes after white space, semicolons and comments.
	const match = /^(?:\s|;|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*([a-z]+)/i.exec(sql);
	const verb = match?.[1]?.toLowerCase() ?? '';
	if (reserved.has(verb)) refuse(`\`${verb}\` belongs to the platform.`);
	return verb;
}

/** Of both dialects: what is refused must not depend on the engine. */
const reserved: ReadonlySet<string> = new Set([
	...['begin', 'start', 'commit', 'end', 'rollback', 'abort', 'savepoint', 'release', 'prepare'],
	...['attach', 'detach', 'pragma', 'vacuum'],
	...['set', 'reset', 'discard', 'deallocate', 'listen', 'unlisten', 'copy'],
]);

function problemOf(value: SqlValue): string | undefined {
	switch (typeof value) {
		case 'boolean':
			return undefined;
		case 'number':
			if (!Number.isFinite(value)) return 'no finite number';
			if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
				return 'an integer beyond 2^53 - 1, which numbers cannot hold exactly';
			}
			return undefined;
		case 'string':
			return problemOfText(value);
		case 'object':
			if (value === null || value instanceof Uint8Array) return undefined;
			if (typeof value.json === 'string') return problemOfText(value.json);
			return 'an object; objects and arrays go through json(value)';
		default:
			return `of type ${typeof value}`;
	}
}

function problemOfText(text: string): string | undefined {
	if (text.includes('\0')) return 'a text with U+0000, which PostgreSQL cannot hold';
	if (!text.isWellFormed()) return 'a text with half a surrogate pair, which UTF-8 cannot hold';
	return undefined;
}

function refuse(reason: string): never {
	throw new FlotillaError('FLOTILLA_DATABASE_STATEMENT', `A statement was not sent. ${reason}`);
}
