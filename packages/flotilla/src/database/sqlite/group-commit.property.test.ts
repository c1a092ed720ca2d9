import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Database } from '../../host/database.ts';
import { openSqliteWriter } from '../../host/node/sqlite-connection.ts';
import { sql } from '../sql.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { SqliteDatabase } from './sqlite-database.ts';

/** What a transaction does. Each first counts the rows, and answers with that count. */
type Work =
	| { readonly does: 'insert'; readonly id: number }
	| { readonly does: 'insert and refuse'; readonly id: number }
	| { readonly does: 'insert and catch'; readonly id: number }
	| { readonly does: 'insert or give up all'; readonly id: number }
	| { readonly does: 'insert an orphan'; readonly id: number }
	| { readonly does: 'insert and wait'; readonly id: number }
	| { readonly does: 'delete'; readonly id: number };

const work: fc.Arbitrary<Work> = fc.record({
	does: fc.constantFrom(
		'insert',
		'insert and refuse',
		'insert and catch',
		'insert or give up all',
		'insert an orphan',
		'insert and wait',
		'delete',
	),
	id: fc.integer({ min: 1, max: 12 }),
});

/** Transactions that are begun in one turn, turn after turn. */
const program = fc.array(fc.array(work, { minLength: 1, maxLength: 12 }), { maxLength: 8 });

test('a group does exactly what its transactions would do one after another', async () => {
	await fc.assert(
		fc.asyncProperty(program, fc.boolean(), fc.boolean(), async (turns, rerun, deferred) => {
			await using world = openWorld({ deferred, rerun: () => rerun });
			const model = new Set<number>();
			for (const turn of turns) {
				const expected = turn.map((one) => predict(model, one));
				assert.deepEqual(await world.run(turn), expected);
				assert.deepEqual(await world.ids(), [...model].sort(byValue));
			}
		}),
		{ numRuns: 150 },
	);
});

test('a transaction that was rejected has left nothing, whichever COMMIT finds no room', async () => {
	const failures = fc.infiniteStream(fc.boolean());
	await fc.assert(
		fc.asyncProperty(program, failures, fc.boolean(), async (turns, fails, deferred) => {
			await using world = openWorld({ deferred, commitFails: () => fails.next().value === true });
			const rows = new Set<number>();
			for (const turn of turns) {
				const answers = await world.run(turn);
				for (const [index, one] of turn.entries()) {
					if (!answers[index]?.startsWith('done')) continue;
					if (one.does === 'delete') rows.delete(one.id);
					else rows.add(one.id);
				}
				assert.deepEqual(await world.ids(), [...rows].sort(byValue));
			}
		}),
		{ numRuns: 150 },
	);
});

/** The specification: what the transaction answers, and what it does to the rows. */
function predict(rows: Set<number>, { does, id }: Work): string {
	const answer = `done ${rows.size}`;
	if (does === 'delete') {
		rows.delete(id);
		return answer;
	}
	if (does === 'insert and refuse') return rows.has(id) ? constraint : 'refused';
	if (rows.has(id)) return constraint;
	if (does === 'insert an orphan') return constraint;
	if (does === 'insert and wait') return 'FLOTILLA_TX_FOREIGN_AWAIT';
	rows.add(id);
	return answer;
}

const constraint = 'FLOTILLA_DATABASE_CONSTRAINT';

function perform(database: Database, { does, id }: Work): Promise<string> {
	return database.transaction(async (t) => {
		const { rows } = await t.query(sql`select count(*) as n from items`);
		const answer = `done ${rows[0]?.n}`;
		const insert = () => t.query(sql`insert into items values (${id}, ${id})`);
		switch (does) {
			case 'delete':
				await t.query(sql`delete from items where id = ${id}`);
				break;
			case 'insert or give up all':
				await t.query(sql`insert or rollback into items values (${id}, ${id})`);
				break;
			case 'insert an orphan':
				await t.query(sql`insert into items values (${id}, ${-1})`);
				break;
			case 'insert and catch':
				await insert().catch(() => {});
				break;
			default:
				await insert();
		}
		if (does === 'insert and refuse') throw new Error('refused');
		if (does === 'insert and wait') await new Promise(setImmediate);
		return answer;
	});
}

function openWorld(options: {
	/** Whether a row without its parent is refused at COMMIT, not at once. */
	readonly deferred: boolean;
	readonly rerun?: () => boolean;
	readonly commitFails?: () => boolean;
}) {
	const inner = openSqliteWriter(':memory:');
	const writer: SqliteConnection = {
		get inTransaction() {
			return inner.inTransaction;
		},
		prepare(text) {
			const statement = inner.prepare(text);
			if (text !== 'commit') return statement;
			const run: typeof statement.run = (values) => {
				if (!options.commitFails?.()) return statement.run(values);
				throw Object.assign(new Error('no room'), { errcode: 13 });
			};
			return { ...statement, run };
		},
		exec: (text) => inner.exec(text),
		close: () => inner.close(),
	};
	writer.exec(`
		create table items (
			id integer primary key,
			parent integer not null references items ${options.deferred ? 'deferrable initially deferred' : ''}
		)
	`);
	const clock = { defer: (callback: () => void) => void setImmediate(callback) };
	const { rerun } = options;
	const database = new SqliteDatabase({ name: 'test', clock, writer, ...(rerun && { rerun }) });
	return {
		async run(turn: readonly Work[]): Promise<readonly string[]> {
			const results = await Promise.allSettled(turn.map((one) => perform(database, one)));
			return results.map((result) =>
				result.status === 'fulfilled'
					? result.value
					: (result.reason.code ?? result.reason.message),
			);
		},
		async ids(): Promise<readonly unknown[]> {
			const { rows } = await database.snapshot((t) =>
				t.query(sql`select id from items order by id`),
			);
			return rows.map((row) => row.id);
		},
		[Symbol.asyncDispose]: () => database.close(),
	};
}

function byValue(left: number, right: number): number {
	return left - right;
}
