import type { SqlJson, SqlStatement, SqlValue } from '../host/database.ts';
import { combinedStrings } from './sql-templates.ts';

/** What may stand in `${}` of a statement: a value, or another piece of SQL. */
export type SqlParameter = SqlValue | undefined | Sql;

/** No JSON has symbols in it, so nothing that somebody sent can pass for a piece of SQL. */
const brand: unique symbol = Symbol.for('flotilla.sql');

/** A piece of SQL with its parameters: a whole statement, or a part to be put into one. */
export interface Sql extends SqlStatement {
	readonly [brand]: true;
}

/**
 * A piece of SQL. Values become parameters, never text; other pieces are put in as they are.
 *
 * @example
 * const byName = query === undefined ? sql`` : sql`where lower(name) like ${`%${query}%`}`;
 * const rows = await t.all(Product)`select * from products ${byName} order by sku`;
 */
export function sql(strings: TemplateStringsArray, ...parameters: readonly SqlParameter[]): Sql {
	if (!parameters.some(isSql)) {
		return {
			[brand]: true,
			strings,
			values: parameters.map((value) => (value as SqlValue) ?? null),
		};
	}
	const values: SqlValue[] = [];
	const pieces = parameters.map((parameter) => {
		if (!isSql(parameter)) {
			values.push(parameter ?? null);
			return undefined;
		}
		values.push(...parameter.values);
		return parameter.strings;
	});
	return { [brand]: true, strings: combinedStrings(strings, pieces), values };
}

/**
 * A list of parameters for `in (${list(values)})`; an empty list matches nothing, be it after `in`
 * or after `not in`.
 *
 * @param values At most 1_000.
 */
export function list(values: readonly SqlValue[]): Sql {
	if (values.length > 1_000) throw new TypeError('a list of SQL parameters holds at most 1000');
	if (values.length === 0) return sql`null`;
	const strings = listStrings[values.length] ?? ['', ...values.slice(1).map(() => ', '), ''];
	listStrings[values.length] = strings;
	return { [brand]: true, strings, values };
}

/** By the length: lists of one length are the same piece. */
const listStrings: (readonly string[] | undefined)[] = [];

/** A parameter for a JSON column. */
export function json(value: unknown): SqlJson {
	return { json: JSON.stringify(value) ?? 'null' };
}

function isSql(parameter: SqlParameter): parameter is Sql {
	return typeof parameter === 'object' && parameter !== null && brand in parameter;
}
