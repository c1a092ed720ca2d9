import type { OutputOf, Schema } from '../contract/schema.ts';
import { FlotillaError } from '../errors/flotilla-error.ts';
import type { SqlRow, SqlSession } from '../host/database.ts';
import { limits } from '../limits.ts';
import { decodeRow } from './row-decoding.ts';
import type { Reader, SqlTag, Writer } from './session.ts';
import { type SqlParameter, sql } from './sql.ts';

/** The reading half of a transaction's handle. */
export function reader(session: SqlSession): Reader {
	const rows = async (
		strings: TemplateStringsArray,
		parameters: readonly SqlParameter[],
	): Promise<readonly SqlRow[]> => (await session.query(sql(strings, ...parameters))).rows;
	const decode = <S extends Schema>(schema: S, row: SqlRow): OutputOf<S> =>
		decodeRow(schema, row) as OutputOf<S>;
	return {
		one:
			<S extends Schema>(schema: S): SqlTag<OutputOf<S>> =>
			async (strings, ...parameters) => {
				const found = await rows(strings, parameters);
				if (found.length !== 1) {
					throw new FlotillaError(
						'FLOTILLA_ROW_COUNT',
						`A single row was wanted and ${found.length} came: ${shown(strings)}.`,
					);
				}
				return decode(schema, found[0] as SqlRow);
			},
		first:
			<S extends Schema>(schema: S): SqlTag<OutputOf<S> | undefined> =>
			async (strings, ...parameters) => {
				const [row] = await rows(strings, parameters);
				return row === undefined ? undefined : decode(schema, row);
			},
		all:
			<S extends Schema>(schema: S): SqlTag<OutputOf<S>[]> =>
			async (strings, ...parameters) => {
				const found = await rows(strings, parameters);
				if (found.length > limits.rowsPerQuery) {
					throw new FlotillaError(
						'FLOTILLA_ROW_COUNT',
						`${found.length} rows came, more than ${limits.rowsPerQuery}: add a limit.`,
					);
				}
				return found.map((row) => decode(schema, row));
			},
	};
}

/** The reading and writing handle of a transaction. */
export function writer(session: SqlSession): Writer {
	return {
		...reader(session),
		run: async (strings, ...parameters) => {
			const { changes } = await session.query(sql(strings, ...parameters));
			return { changes };
		},
	};
}

/** A statement in one line, without its values: those may be secret. */
function shown(strings: TemplateStringsArray): string {
	return `\`${strings.join('?').replaceAll(/\s+/g, ' ').trim()}\``;
}
