import { refuseReservedVerb, type SqlStatement, type SqlValue } from 'flotilla/adapter';

export interface PostgresStatement {
	readonly text: string;
	/** Whether it is worth keeping on the server. */
	readonly prepare: boolean;
}

/** Turns statements into PostgreSQL's notation and keeps the texts of templates. */
export class StatementTexts {
	readonly #byTemplate: WeakMap<readonly string[], PostgresStatement> = new WeakMap();

	/** Throws `FLOTILLA_DATABASE_STATEMENT` for what a transaction may not run. */
	of({ strings }: SqlStatement): PostgresStatement {
		const known = this.#byTemplate.get(strings);
		if (known !== undefined) return known;
		// The space keeps a digit that follows from becoming part of the number.
		const text = strings.reduce((before, part, index) => `${before}$${index} ${part}`);
		refuseReservedVerb(text);
		// There are as many templates as the program has; texts that it puts together have no end, and
		// the server would keep all of them.
		const statement = { text, prepare: 'raw' in strings };
		this.#byTemplate.set(strings, statement);
		return statement;
	}
}

/** The driver would write JSON once more. */
export function toPostgres(value: SqlValue): unknown {
	return typeof value === 'object' && value !== null && 'json' in value ? value.json : value;
}
