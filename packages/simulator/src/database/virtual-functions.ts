import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite';

/** Where SQL gets what is not in the database. */
export interface Surroundings {
	/** Milliseconds since 1970. */
	wallMs(): number;
	/** 0 to 2^32 - 1. */
	uint32(): number;
}

/**
 * Replaces everything in SQLite that depends on the time or on chance, also where a schema uses it.
 * There is one time zone, UTC.
 */
export function replaceImpureFunctions(database: DatabaseSync, surroundings: Surroundings): void {
	virtual.add(database);
	const options = { useBigIntArguments: true };
	const word = (): bigint => BigInt(surroundings.uint32());
	database.function('random', options, () => BigInt.asIntN(64, (word() << 32n) | word()));
	database.function('randomblob', options, (size) =>
		Uint8Array.from({ length: Math.max(1, Number(size)) }, () => surroundings.uint32() & 0xff),
	);
	const now = (): string => new Date(surroundings.wallMs()).toISOString();
	// `deterministic` because SQLite's own may stand in an index, and mean one moment in a statement.
	const stable = { ...options, deterministic: true };
	database.function('current_timestamp', stable, () => now().slice(0, 19).replace('T', ' '));
	database.function('current_date', stable, () => now().slice(0, 10));
	database.function('current_time', stable, () => now().slice(11, 19));
	const original = originalFunctions();
	for (const [name, { first, count }] of Object.entries(functionsOfTime)) {
		database.function(name, { ...stable, varargs: true }, (...given: SQLInputValue[]) => {
			const values = given.filter((value, index) => index < first + count || !isZone(value));
			if (count === 1 && values.length === first) values.push('now');
			for (let index = first; index < first + count; index++) {
				if (isText(values[index], 'now')) values[index] = now();
			}
			return original(name, values);
		});
	}
}

const virtual = new WeakSet<DatabaseSync>();

/** Whether its time and chance have been replaced. */
export function isVirtual(database: DatabaseSync): boolean {
	return virtual.has(database);
}

/** Which arguments are times: the one time may be left out, and means now. */
const functionsOfTime = {
	date: { first: 0, count: 1 },
	time: { first: 0, count: 1 },
	datetime: { first: 0, count: 1 },
	julianday: { first: 0, count: 1 },
	unixepoch: { first: 0, count: 1 },
	strftime: { first: 1, count: 1 },
	timediff: { first: 0, count: 2 },
} as const;

/** The functions as SQLite has them, on a connection of their own, which is made at first use. */
function originalFunctions(): (name: string, values: SQLInputValue[]) => SQLOutputValue {
	let database: DatabaseSync | undefined;
	return (name, values) => {
		if (database === undefined) {
			database = new DatabaseSync(':memory:');
			virtual.add(database);
		}
		const parameters = values.map(() => '?').join(', ');
		const statement = database.prepare(`select ${name}(${parameters}) as value`);
		statement.setReadBigInts(true);
		return statement.get(...values)?.value ?? null;
	};
}

/** Modifiers that would change to, or from, the time zone of the machine. */
function isZone(value: SQLInputValue): boolean {
	return isText(value, 'localtime') || isText(value, 'utc');
}

function isText(value: SQLInputValue | undefined, text: string): boolean {
	return typeof value === 'string' && value.toLowerCase() === text;
}
