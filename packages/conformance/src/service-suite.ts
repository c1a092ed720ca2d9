import { describe, test } from 'node:test';
import type { Databases } from 'flotilla/adapter';
import { commands } from './commands.ts';
import { events } from './events.ts';
import { idempotency } from './idempotency.ts';
import { migrations } from './migrations.ts';

/** A database engine with nothing in it yet. */
export interface EngineUnderTest {
	readonly databases: Databases;
	/** A folder for what services keep beside their databases. */
	readonly dataDir: string;
	/** Removes what was made. */
	close(): Promise<void>;
}

export type Scenario = (engine: EngineUnderTest) => Promise<void>;
export type Register = (title: string, scenario: Scenario) => void;

/**
 * Registers what must hold for services on every database: migrations, commands, idempotency
 * keys and events.
 * Each test gets an engine of its own.
 */
export function serviceSuite(name: string, open: () => Promise<EngineUnderTest>): void {
	const register: Register = (title, scenario) => {
		test(title, async () => {
			const engine = await open();
			try {
				await scenario(engine);
			} finally {
				await engine.close();
			}
		});
	};
	describe(`services on ${name}`, () => {
		migrations(register);
		commands(register);
		idempotency(register);
		events(register);
	});
}
