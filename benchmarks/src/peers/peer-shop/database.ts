import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** The SQLite database of one service: WAL, and on the disk before anybody is answered. */
export class Database {
	readonly #db: DatabaseSync;
	readonly #statements = new Map<string, StatementSync>();

	/** @param migrations Each runs once, in this order. */
	constructor(name: string, migrations: readonly string[]) {
		const folder = process.env.STORE_DATA ?? '.';
		mkdirSync(folder, { recursive: true });
		this.#db = new DatabaseSync(join(folder, `${name}.sqlite`));
		this.#db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
		const done = this.get<{ user_version: number }>('pragma user_version')?.user_version ?? 0;
		migrations.slice(done).forEach((sql, index) => {
			this.transaction(() => this.#db.exec(`${sql}; pragma user_version = ${done + index + 1}`));
		});
	}

	run(sql: string, ...values: SQLInputValue[]): number {
		return Number(this.#prepared(sql).run(...values).changes);
	}

	get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
		return this.#prepared(sql).get(...values) as Row | undefined;
	}

	all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
		return this.#prepared(sql).all(...values) as Row[];
	}

	transaction<Result>(work: () => Result): Result {
		this.#db.exec('begin immediate');
		try {
			const result = work();
			this.#db.exec('commit');
			return result;
		} catch (error) {
			if (this.#db.isTransaction) this.#db.exec('rollback');
			throw error;
		}
	}

	#prepared(sql: string): StatementSync {
		let statement = this.#statements.get(sql);
		if (statement === undefined) {
			statement = this.#db.prepare(sql);
			this.#statements.set(sql, statement);
		}
		return statement;
	}
}

/** The placeholders of a list of values. */
export function places(values: readonly unknown[]): string {
	return values.map(() => '?').join(', ');
}
