import type {
	Database,
	Databases,
	makeDurable,
	OpenDatabaseOptions,
	RandomSource,
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
				const writer = this.#file(name).connect();
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
