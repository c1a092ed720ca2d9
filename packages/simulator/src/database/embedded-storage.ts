import type {
	Database,
	Databases,
	makeDurable,
	OpenDatabaseOptions,
	RandomSource,
	SqliteConnection,
	SqliteDatabase,
	SqliteValue,
	SqlRow,
} from 'flotilla/adapter';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';
import { clockOf } from '../machine/clock.ts';
import { SimulatedSqlite } from './simulated-sqlite.ts';

/** The part of the platform that a process with embedded databases runs itself. */
export interface EmbeddedEngine {
	readonly SqliteDatabase: typeof SqliteDatabase;
	readonly makeDurable: typeof makeDurable;
}

/** The databases on the disk of one machine: they outlive its processes. */
export class EmbeddedStorage {
	readonly #kernel: Kernel;
	readonly #files = new Map<string, SimulatedSqlite>();
	readonly #random: RandomSource;
	#wallMs: () => number = () => 0;

	constructor(kernel: Kernel, machine: string) {
		this.#kernel = kernel;
		this.#random = kernel.chance.stream(`embedded databases of ${machine}`);
	}

	/** As a process of the machine opens them, with its own copy of the engine. */
	databasesOf(process: SimulatedProcess, engine: EmbeddedEngine): Databases {
		this.#wallMs = () => process.wallMs();
		const clock = clockOf(this.#kernel, process);
		return {
			open: async (name, options: OpenDatabaseOptions): Promise<Database> => {
				const { rerunShare = 0 } = options;
				const writer = traced(this.#kernel, process, this.#file(name).connect());
				engine.makeDurable(writer);
				return new engine.SqliteDatabase({
					name,
					clock,
					writer,
					...(rerunShare > 0 && { rerun: () => process.random.next() < rerunShare }),
				});
			},
		};
	}

	rows(name: string, sql: string, values: readonly SqliteValue[]): readonly SqlRow[] {
		return this.#file(name).rows(sql, values);
	}

	onCommit(name: string, listener: () => void): void {
		this.#file(name).onCommit(listener);
	}

	/** The process is gone: what it had open is rolled back. Without power, what was not synced may be lost. */
	died(how: 'crash' | 'power-loss'): void {
		for (const file of this.#files.values()) {
			if (how === 'crash') file.disconnect();
			else file.losePower(this.#random);
		}
	}

	close(): void {
		for (const file of this.#files.values()) file.close();
	}

	#file(name: string): SimulatedSqlite {
		const known = this.#files.get(name);
		if (known !== undefined) return known;
		const made = new SimulatedSqlite({
			wallMs: () => this.#wallMs(),
			uint32: () => this.#random.uint32(),
		});
		this.#files.set(name, made);
		return made;
	}
}

/** What is run, and what it answers, goes into the trace, as on a database machine. */
function traced(
	kernel: Kernel,
	{ machine }: SimulatedProcess,
	connection: SqliteConnection,
): SqliteConnection {
	const note = (sql: string, answer: string): void => {
		const words = (): string =>
			`${sql.replaceAll(/\s+/g, ' ').trim().slice(0, 200)} → ${answer.slice(0, 120)}`;
		kernel.note(machine, 'sql', `${sql}${answer}`, words);
	};
	return {
		get inTransaction() {
			return connection.inTransaction;
		},
		prepare: (sql) => {
			const { givesRows, all, run } = connection.prepare(sql);
			return {
				givesRows,
				all: (values) => {
					const rows = all(values);
					note(sql, text([values, rows]));
					return rows;
				},
				run: (values) => {
					const changes = run(values);
					note(sql, text([values, changes]));
					return changes;
				},
			};
		},
		exec: (sql) => {
			connection.exec(sql);
			note(sql, '');
		},
		close: () => connection.close(),
	};
}

/** SQLite gets whole numbers as BigInt, for which JSON has no form. */
function text(given: unknown): string {
	return JSON.stringify(given, (_, value) => (typeof value === 'bigint' ? Number(value) : value));
}
