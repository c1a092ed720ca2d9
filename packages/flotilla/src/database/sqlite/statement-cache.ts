import { FlotillaError } from '../../errors/flotilla-error.ts';
import type { SqlResult, SqlRow, SqlStatement, SqlValue } from '../../host/database.ts';
import { limits } from '../../limits.ts';
import { refuseReservedVerb, refuseUnportableValues } from '../portable-statement.ts';
import type { SqliteConnection, SqliteStatement, SqliteValue } from './sqlite-connection.ts';

const noRows: readonly SqlRow[] = [];

/** Runs statements on one connection and keeps them compiled. */
export class StatementCache {
	readonly #connection: SqliteConnection;
	readonly #refusesWrites: boolean;
	/** By the template that the text stands in: no text is built and nothing hashed. */
	readonly #byTemplate: WeakMap<readonly string[], Compiled> = new WeakMap();
	/** The least recently used comes first. */
	readonly #byText: Map<string, Compiled> = new Map();
	#totalChanges: SqliteStatement | undefined;

	/** @param options.refusesWrites The connection could write, and is to be kept from it here. */
	constructor(
		connection: SqliteConnection,
		{ refusesWrites = false }: { readonly refusesWrites?: boolean } = {},
	) {
		this.#connection = connection;
		this.#refusesWrites = refusesWrites;
	}

	/** Throws what the connection throws, and `FLOTILLA_DATABASE_STATEMENT`. */
	execute(statement: SqlStatement): SqlResult {
		refuseUnportableValues(statement);
		const compiled = this.#compiled(statement.strings);
		if (!this.#refusesWrites || compiled.onlyReads) return this.#run(compiled, statement);
		// Each change of this setting makes SQLite compile all statements again, so it is not for all.
		this.#connection.exec('pragma query_only = on');
		try {
			return this.#run(compiled, statement);
		} finally {
			this.#connection.exec('pragma query_only = off');
		}
	}

	#run({ compiled, answer }: Compiled, statement: SqlStatement): SqlResult {
		const values = statement.values.map(toSqlite);
		switch (answer) {
			case 'changes':
				return { rows: noRows, changes: compiled.run(values) };
			case 'rows':
				return { rows: compiled.all(values), changes: 0 };
			case 'changed rows': {
				const rows = compiled.all(values);
				return { rows, changes: rows.length };
			}
			case 'perhaps changed rows': {
				const before = this.#countChanges();
				const rows = compiled.all(values);
				return { rows, changes: this.#countChanges() === before ? 0 : rows.length };
			}
		}
	}

	#compiled(template: readonly string[]): Compiled {
		const known = this.#byTemplate.get(template);
		if (known !== undefined) return known;
		const sql = textOf(template);
		const compiled = this.#byText.get(sql) ?? this.#compile(sql);
		this.#byText.delete(sql);
		this.#byText.set(sql, compiled);
		if (this.#byText.size > limits.statementsKept) {
			const [oldest] = this.#byText.keys();
			if (oldest !== undefined) this.#byText.delete(oldest);
		}
		this.#byTemplate.set(template, compiled);
		return compiled;
	}

	#compile(sql: string): Compiled {
		const verb = refuseReservedVerb(sql);
		// Unlike ours, such a parameter would have no value, and SQLite would take that for null.
		if (withoutLiterals(sql).replaceAll(ownParameter, '').includes('?')) {
			throw new FlotillaError(
				'FLOTILLA_DATABASE_STATEMENT',
				'A statement contains `?`. Put the value itself into the template instead.',
			);
		}
		const compiled = this.#connection.prepare(sql);
		const onlyReads = verb === 'select' || verb === 'values';
		return { compiled, answer: answerOf(compiled, verb, sql), onlyReads };
	}

	#countChanges(): unknown {
		this.#totalChanges ??= this.#connection.prepare('select total_changes() as total');
		return this.#totalChanges.all([])[0]?.total;
	}
}

interface Compiled {
	readonly compiled: SqliteStatement;
	readonly answer: Answer;
	/** For sure; of others it is not known. */
	readonly onlyReads: boolean;
}

type Answer = 'changes' | 'rows' | 'changed rows' | 'perhaps changed rows';

const writing: ReadonlySet<string> = new Set(['insert', 'replace', 'update', 'delete']);

/** SQLite does not say how many rows a statement with `returning` changed. */
function answerOf(compiled: SqliteStatement, verb: string, sql: string): Answer {
	if (!compiled.givesRows) return 'changes';
	if (writing.has(verb)) return 'changed rows';
	return verb === 'with' && /\breturning\b/i.test(sql) ? 'perhaps changed rows' : 'rows';
}

function textOf(template: readonly string[]): string {
	// The space keeps a digit that follows from becoming part of the number.
	return template.reduce((text, part, index) => `${text}?${index} ${part}`);
}

const ownParameter = /\?\d+ /g;

function withoutLiterals(sql: string): string {
	return sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g, '');
}

function toSqlite(value: SqlValue): SqliteValue {
	switch (typeof value) {
		case 'boolean':
			return value ? 1n : 0n;
		case 'number':
			// A driver binds a number as a real, which a column without a type would keep as one.
			return Number.isInteger(value) ? BigInt(value) : value;
		case 'object':
			return value !== null && 'json' in value ? value.json : value;
		default:
			return value;
	}
}
