import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
	Database,
	SqlJson,
	SqlResult,
	SqlSession,
	SqlStatement,
	SqlValue,
} from 'flotilla/adapter';

/** A fresh, empty database, and what else the suite does with it. */
export interface DatabaseUnderTest {
	readonly database: Database;
	/** Opens the same data again after `database` was closed. */
	reopen(): Promise<Database>;
	/** Opens the same data a second time, as another process would; absent where nobody may. */
	openAnother?(): Promise<Database>;
	/** Closes what is open and removes what was made. */
	close(): Promise<void>;
}

/**
 * Registers the tests that every adapter of the `Database` seam must pass. Each test opens a fresh
 * database and closes it.
 */
export function databaseSuite(name: string, open: () => Promise<DatabaseUnderTest>): void {
	const scenario = (title: string, run: Scenario): void => {
		test(title, async (context) => {
			const subject = await open();
			try {
				await run({ ...subject, database: subject.database, subject, context });
			} finally {
				await subject.close();
			}
		});
	};
	describe(`${name} as a database`, () => {
		commits(scenario);
		isolation(scenario);
		foreignWaits(scenario);
		values(scenario);
		failures(scenario);
		snapshots(scenario);
		migrations(scenario);
		notifications(scenario);
		closing(scenario);
	});
}

interface World {
	readonly database: Database;
	readonly subject: DatabaseUnderTest;
	readonly context: TestContext;
}

type Scenario = (world: World) => Promise<void>;
type Register = (title: string, run: Scenario) => void;

function commits(scenario: Register): void {
	scenario('what was committed is there after the database was opened again', async (world) => {
		const { database, subject } = world;
		await makeAccounts(database);
		const answer = await database.transaction(async (t) => {
			await deposit(t, 'ann', 5);
			return { of: 'work' };
		});
		assert.deepEqual(answer, { of: 'work' });
		await database.close();
		const again = await subject.reopen();
		try {
			assert.equal(await balanceOf(again, 'ann'), 5);
		} finally {
			await again.close();
		}
	});

	scenario(
		'a transaction that rejects leaves nothing, and rejects with its own error',
		async (world) => {
			const { database } = world;
			await makeAccounts(database);
			const reason = new Error('changed my mind');
			const outcome = database.transaction(async (t) => {
				await deposit(t, 'ann', 5);
				throw reason;
			});
			await assert.rejects(outcome, (error) => error === reason);
			const atOnce = database.transaction(() => {
				throw reason;
			});
			await assert.rejects(atOnce, (error) => error === reason);
			assert.equal(await balanceOf(database, 'ann'), 0);
		},
	);

	scenario('statements run in the order in which they were issued', async ({ database }) => {
		await makeAccounts(database);
		const [, first, , second] = await database.transaction((t) =>
			Promise.all([
				deposit(t, 'ann', 1),
				t.query(sql`select balance from accounts where id = 'ann'`),
				deposit(t, 'ann', 10),
				t.query(sql`select balance from accounts where id = 'ann'`),
			]),
		);
		assert.deepEqual([first.rows[0]?.balance, second.rows[0]?.balance], [1, 11]);
	});

	scenario('a statement whose await was forgotten is part of the transaction', async (world) => {
		const { database } = world;
		await makeAccounts(database);
		await database.transaction(async (t) => {
			void deposit(t, 'ann', 5);
		});
		assert.equal(await balanceOf(database, 'ann'), 5);
		const failing = database.transaction(async (t) => {
			void t.query(sql`insert into accounts values ('bob', -1)`);
		});
		await assert.rejects(failing, { code: 'FLOTILLA_DATABASE_CONSTRAINT' });
	});

	scenario('a thousand transactions at once all commit', async ({ database }) => {
		await makeAccounts(database);
		const ids = Array.from({ length: 1_000 }, (_, index) => `a${index}`);
		await Promise.all(ids.map((id) => database.transaction((t) => deposit(t, id, 1))));
		assert.equal(await totalOf(database), 1_000);
	});

	scenario('a function that runs twice takes effect once', async ({ database }) => {
		await makeAccounts(database);
		let runs = 0;
		const rounds = Array.from({ length: 16 }, () =>
			database.transaction(async (t) => {
				runs += 1;
				await addAfterReading(t, 'ann', 1);
			}),
		);
		await Promise.all(rounds);
		assert.ok(runs >= 16);
		assert.equal(await balanceOf(database, 'ann'), 16);
	});

	scenario('the number of changes is that of the rows', async ({ database }) => {
		await makeAccounts(database);
		const changes = await database.transaction(async (t) => [
			(await t.query(sql`insert into accounts values ('ann', 1), ('bob', 2)`)).changes,
			(await t.query(sql`update accounts set balance = 3 returning id`)).changes,
			(await t.query(sql`select * from accounts`)).changes,
			(await t.query(sql`update accounts set balance = 4 where id = 'eve'`)).changes,
			(
				await t.query(
					sql`insert into accounts values ('ann', 1) on conflict do nothing returning id`,
				)
			).changes,
			(await t.query(sql`delete from accounts`)).changes,
		]);
		assert.deepEqual(changes, [2, 2, 0, 0, 0, 2]);
	});

	scenario('SQL that is put together anew each time works as often as it likes', async (world) => {
		const { database } = world;
		await database.snapshot(async (t) => {
			for (let index = 0; index < 1_200; index += 1) {
				const { rows } = await t.query({ strings: [`select ${index % 700} as n`], values: [] });
				assert.equal(rows[0]?.n, index % 700);
			}
		});
	});
}

function isolation(scenario: Register): void {
	scenario('32 concurrent increments lose no update', async ({ database }) => {
		await makeAccounts(database);
		const increments = Array.from({ length: 32 }, () =>
			database.transaction((t) => addAfterReading(t, 'ann', 1)),
		);
		await Promise.all(increments);
		assert.equal(await balanceOf(database, 'ann'), 32);
	});

	scenario(
		'two transactions cannot both rely on what the other changes (write skew)',
		async (world) => {
			const { database } = world;
			await makeAccounts(database);
			for (let round = 0; round < 20; round += 1) {
				await database.transaction(async (t) => {
					await t.query(sql`delete from accounts`);
					await t.query(sql`insert into accounts values ('ann', 1), ('bob', 1)`);
				});
				// Each may leave as long as the other one stays.
				const leave = (id: string): Promise<unknown> =>
					database.transaction(async (t) => {
						const { rows } = await t.query(sql`select id from accounts where balance = 1`);
						if (rows.length === 2)
							await t.query(sql`update accounts set balance = 0 where id = ${id}`);
					});
				await Promise.all([leave('ann'), leave('bob')]);
				assert.equal(await totalOf(database), 1);
			}
		},
	);

	scenario('two transactions cannot both add what each saw missing (phantoms)', async (world) => {
		const { database } = world;
		await makeAccounts(database);
		for (let round = 0; round < 20; round += 1) {
			const join = (id: string): Promise<unknown> =>
				database.transaction(async (t) => {
					const { rows } = await t.query(sql`select id from accounts where balance = ${round}`);
					if (rows.length === 0) await t.query(sql`insert into accounts values (${id}, ${round})`);
				});
			await Promise.all([join(`a${round}`), join(`b${round}`)]);
			const { rows } = await database.snapshot((t) =>
				t.query(sql`select id from accounts where balance = ${round}`),
			);
			assert.equal(rows.length, 1);
		}
	});
}

function foreignWaits(scenario: Register): void {
	const foreign: readonly (readonly [string, (world: World) => Promise<unknown>])[] = [
		['a timer', () => sleep(50)],
		['the next turn of the event loop', () => new Promise(setImmediate)],
		['an answer from the network', () => refusedConnection()],
		['another transaction', ({ database }) => database.transaction((t) => deposit(t, 'eve', 1))],
		['a snapshot', ({ database }) => database.snapshot((t) => t.query(sql`select 1 as one`))],
		['nothing that ever comes', () => new Promise(() => {})],
	];
	for (const [what, wait] of foreign) {
		scenario(
			`a transaction that waits for ${what} is rejected and leaves nothing`,
			async (world) => {
				const { database } = world;
				await makeAccounts(database);
				const waiting = database.transaction(async (t) => {
					await deposit(t, 'ann', 1);
					await wait(world);
					await deposit(t, 'ann', 1);
				});
				const neighbour = database.transaction((t) => deposit(t, 'bob', 1));
				await assert.rejects(waiting, { code: 'FLOTILLA_TX_FOREIGN_AWAIT', effect: 'none' });
				await neighbour;
				assert.equal(await balanceOf(database, 'ann'), 0);
				assert.equal(await balanceOf(database, 'bob'), 1);
			},
		);
	}

	scenario('a snapshot that waits for something else is rejected too', async ({ database }) => {
		const waiting = database.snapshot(() => new Promise(setImmediate));
		await assert.rejects(waiting, { code: 'FLOTILLA_TX_FOREIGN_AWAIT' });
	});

	scenario('10_000 microtasks between statements are no foreign wait', async ({ database }) => {
		await makeAccounts(database);
		await database.transaction(async (t) => {
			for (let index = 0; index < 10_000; index += 1) await undefined;
			await deposit(t, 'ann', 1);
			for (let index = 0; index < 10_000; index += 1) await undefined;
		});
		assert.equal(await balanceOf(database, 'ann'), 1);
	});

	scenario('a session is of no use once its transaction has ended', async ({ database }) => {
		await makeAccounts(database);
		const kept: SqlSession[] = [];
		await database.transaction(async (t) => {
			kept.push(t);
		});
		await database.snapshot(async (t) => {
			kept.push(t);
		});
		await database.exclusive(async (t) => {
			kept.push(t);
		});
		for (const session of kept) {
			const late = session.query(sql`insert into accounts values ('ann', 1)`);
			await assert.rejects(late, { code: 'FLOTILLA_TX_CLOSED', effect: 'none' });
		}
		assert.equal(await balanceOf(database, 'ann'), 0);
	});

	scenario(
		'a function that was given up can write nothing when it wakes up',
		async ({ database }) => {
			await makeAccounts(database);
			const woken = Promise.withResolvers<unknown>();
			const waiting = database.transaction(async (t) => {
				await sleep(20);
				await deposit(t, 'ann', 1).then(woken.resolve, woken.resolve);
			});
			await assert.rejects(waiting, { code: 'FLOTILLA_TX_FOREIGN_AWAIT' });
			assert.equal(((await woken.promise) as { code: string }).code, 'FLOTILLA_TX_CLOSED');
			assert.equal(await balanceOf(database, 'ann'), 0);
		},
	);
}

function values(scenario: Register): void {
	const portable: readonly (readonly [string, readonly SqlValue[]])[] = [
		[
			'text',
			['', 'plain', "it's", 'ünïcødé', '日本語', '🚢⚓', 'a\nb\t\\', '$1 ?1 %', ' ', '007', '1e3'],
		],
		[
			'bigint',
			[0, 1, -1, 2 ** 31, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
		],
		['double precision', [0, 0.1, -1.5, 1e-300, 123456.789, 3, Number.MIN_VALUE, 2 ** 52 + 0.5]],
		['boolean', [true, false]],
		['bytea', [new Uint8Array(), Uint8Array.from([0, 1, 127, 128, 255]), new Uint8Array(100_000)]],
	];
	for (const [type, samples] of portable) {
		scenario(`values of type ${type} come back as they were`, async ({ database }) => {
			await database.exclusive((t) =>
				t.script(`create table samples (position bigint primary key, value ${type})`),
			);
			const all = [...samples, null];
			await database.transaction(async (t) => {
				for (const [position, value] of all.entries()) {
					await t.query(sql`insert into samples values (${position}, ${value})`);
				}
			});
			const { rows } = await database.snapshot((t) =>
				t.query(sql`select value from samples order by position`),
			);
			const got = rows.map((row) => (type === 'boolean' ? asBoolean(row.value) : row.value));
			assert.deepEqual(got, all);
		});

		scenario(`values of type ${type} are found by a parameter`, async ({ database }) => {
			await database.exclusive((t) => t.script(`create table samples (value ${type})`));
			await database.transaction(async (t) => {
				for (const value of samples) {
					await t.query(sql`insert into samples values (${value})`);
					const found = await t.query(sql`select 1 as one from samples where value = ${value}`);
					assert.equal(found.rows.length, 1);
				}
			});
		});
	}

	scenario('a whole number in a text column has no decimal point', async ({ database }) => {
		await database.exclusive((t) => t.script('create table samples (value text)'));
		await database.transaction((t) => t.query(sql`insert into samples values (${5})`));
		const { rows } = await database.snapshot((t) => t.query(sql`select value from samples`));
		assert.equal(rows[0]?.value, '5');
	});

	scenario('0 and 1 are booleans where the column is', async ({ database }) => {
		await database.exclusive((t) =>
			t.script('create table samples (position bigint primary key, value boolean)'),
		);
		await database.transaction((t) =>
			t.query(sql`insert into samples values (0, ${0}), (1, ${1})`),
		);
		const { rows } = await database.snapshot((t) =>
			t.query(sql`select value from samples order by position`),
		);
		assert.deepEqual(
			rows.map((row) => asBoolean(row.value)),
			[false, true],
		);
	});

	scenario('JSON comes back as it was', async ({ database }) => {
		const documents = [
			{},
			[],
			{ a: [1, 'ü', null, { b: true }] },
			'text',
			12,
			-0.5,
			true,
			null,
			'',
		];
		await database.exclusive((t) =>
			t.script('create table samples (position bigint primary key, value jsonb)'),
		);
		await database.transaction(async (t) => {
			for (const [position, document] of documents.entries()) {
				await t.query(sql`insert into samples values (${position}, ${json(document)})`);
			}
			await t.query(sql`insert into samples values (${-1}, ${null})`);
		});
		const { rows } = await database.snapshot((t) =>
			t.query(sql`select value from samples order by position`),
		);
		const parse = (value: unknown): unknown =>
			database.dialect === 'sqlite' && typeof value === 'string' ? JSON.parse(value) : value;
		assert.deepEqual(
			rows.map((row) => parse(row.value)),
			[null, ...documents],
		);
	});

	scenario('text is compared and sorted by code points', async ({ database }) => {
		await database.exclusive((t) => t.script('create table words (word text primary key)'));
		const words = ['', 'B', 'Z', 'a', 'b', 'z', 'ä', '中', '🚢'];
		await database.transaction(async (t) => {
			for (const word of words.toReversed()) await t.query(sql`insert into words values (${word})`);
		});
		const [sorted, lowered, liked] = await database.snapshot((t) =>
			Promise.all([
				t.query(sql`select word from words order by word`),
				t.query(sql`select word from words where lower(word) = 'b' order by word`),
				t.query(sql`select word from words where word like ${'b%'}`),
			]),
		);
		const wordsOf = ({ rows }: SqlResult): readonly unknown[] => rows.map((row) => row.word);
		assert.deepEqual(wordsOf(sorted), words);
		assert.deepEqual(wordsOf(lowered), ['B', 'b']);
		assert.deepEqual(wordsOf(liked), ['b']);
	});

	scenario('a parameter is data, whatever it looks like', async ({ database }) => {
		await makeAccounts(database);
		const name = "x'); drop table accounts; --";
		await database.transaction((t) => deposit(t, name, 1));
		assert.equal(await balanceOf(database, name), 1);
	});

	scenario('a value that an engine could not hold is refused', async ({ database }) => {
		const refused = [2 ** 53, -(2 ** 53), Number.NaN, Number.POSITIVE_INFINITY, 'a\0b', '\ud800'];
		const wrong = [undefined, {}, 1n, Symbol('s'), new Date(0)] as unknown as readonly SqlValue[];
		for (const value of [...refused, json('\ud800'), ...wrong]) {
			const outcome = database.transaction((t) => t.query(sql`select ${value} as value`));
			if (isJson(value))
				await outcome; // JSON.stringify escapes what it cannot say.
			else await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_STATEMENT', effect: 'none' });
		}
	});

	scenario('an integer that a number cannot hold rejects the statement', async ({ database }) => {
		for (const text of ['9007199254740992', '-9007199254740992', '9223372036854775807']) {
			const outcome = database.snapshot((t) =>
				t.query({ strings: [`select cast(${text} as bigint) as n`], values: [] }),
			);
			await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_STATEMENT', effect: 'none' });
		}
	});

	scenario('counts, sums and averages are numbers', async ({ database }) => {
		await makeAccounts(database);
		await database.transaction((t) =>
			t.query(sql`insert into accounts values ('ann', 1), ('bob', 2)`),
		);
		const { rows } = await database.snapshot((t) =>
			t.query(
				sql`select count(*) as n, sum(balance) as total, avg(balance) as mean, max(balance) as most from accounts`,
			),
		);
		assert.deepEqual({ ...rows[0] }, { n: 2, total: 3, mean: 1.5, most: 2 });
	});
}

function failures(scenario: Register): void {
	const broken: readonly (readonly [string, SqlStatement])[] = [
		['unique', sql`insert into accounts values ('ann', 1)`],
		['check', sql`insert into accounts values ('bob', -1)`],
		['not-null', sql`insert into accounts values ('bob', null)`],
		['foreign-key', sql`insert into entries values (1, 'nobody')`],
	];
	for (const [kind, statement] of broken) {
		scenario(`a broken ${kind} constraint is told as such`, async ({ database }) => {
			await makeAccounts(database);
			await database.transaction((t) => deposit(t, 'ann', 5));
			const outcome = database.transaction((t) => t.query(statement));
			await assert.rejects(outcome, (error) => {
				const { code, effect, details } = error as {
					code: string;
					effect: string;
					details: { kind: string; table?: string };
				};
				assert.deepEqual([code, effect], ['FLOTILLA_DATABASE_CONSTRAINT', 'none']);
				assert.equal(details.kind, kind);
				if (kind === 'unique' || kind === 'not-null') assert.equal(details.table, 'accounts');
				return true;
			});
			assert.equal(await totalOf(database), 5);
		});
	}

	scenario(
		'a deferred constraint that is broken at COMMIT fails the one who broke it',
		async (world) => {
			const { database } = world;
			await database.exclusive((t) =>
				t.script(`create table nodes (
				id bigint primary key,
				parent bigint not null references nodes deferrable initially deferred
			)`),
			);
			const results = await Promise.allSettled(
				[1, 2, 3, 4, 5].map((id) =>
					database.transaction((t) =>
						t.query(sql`insert into nodes values (${id}, ${id === 3 ? 99 : id})`),
					),
				),
			);
			const codes = results.map((result) =>
				result.status === 'fulfilled' ? 'done' : result.reason.code,
			);
			assert.deepEqual(codes, ['done', 'done', 'FLOTILLA_DATABASE_CONSTRAINT', 'done', 'done']);
		},
	);

	scenario('SQL that makes no sense is told as such', async ({ database }) => {
		for (const text of ['selekt 1', 'select * from nowhere', 'select 1; select 2', '']) {
			const outcome = database.transaction((t) => t.query({ strings: [text], values: [] }));
			await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_STATEMENT', effect: 'none' });
		}
	});

	scenario('a transaction cannot end itself by a statement', async ({ database }) => {
		await makeAccounts(database);
		for (const text of ['commit', 'rollback', 'begin', 'savepoint s', '/* */ Commit']) {
			const outcome = database.transaction(async (t) => {
				await deposit(t, 'ann', 1);
				await t.query({ strings: [text], values: [] });
			});
			await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_STATEMENT', effect: 'none' });
		}
		assert.equal(await balanceOf(database, 'ann'), 0);
	});

	scenario('a statement that failed dooms its transaction, caught or not', async ({ database }) => {
		await makeAccounts(database);
		await database.transaction((t) => deposit(t, 'ann', 5));
		const seen: unknown[] = [];
		const outcome = database.transaction(async (t) => {
			seen.length = 0; // It may run again.
			await deposit(t, 'bob', 1);
			await t.query(sql`insert into accounts values ('ann', 1)`).catch((error) => seen.push(error));
			await deposit(t, 'bob', 1).catch((error) => seen.push(error));
			return 'fine';
		});
		await assert.rejects(outcome, (error) => error === seen[0]);
		assert.equal(seen.length, 2);
		assert.equal(seen[0], seen[1]);
		assert.equal((seen[0] as { code: string }).code, 'FLOTILLA_DATABASE_CONSTRAINT');
		assert.equal(await balanceOf(database, 'bob'), 0);
	});

	scenario(
		'a transaction may answer for a statement that failed with an error of its own',
		async (world) => {
			const { database } = world;
			await makeAccounts(database);
			const taken = new Error('that name is taken');
			await database.transaction((t) => deposit(t, 'ann', 5));
			const outcome = database.transaction(async (t) => {
				await t.query(sql`insert into accounts values ('ann', 1)`).catch(() => {
					throw taken;
				});
			});
			await assert.rejects(outcome, (error) => error === taken);
		},
	);

	scenario('a failure leaves the database as usable as it was', async ({ database }) => {
		await makeAccounts(database);
		for (let round = 0; round < 30; round += 1) {
			const failing = database.transaction((t) => t.query(sql`select nonsense`));
			await assert.rejects(failing, { code: 'FLOTILLA_DATABASE_STATEMENT' });
			await database.transaction((t) => deposit(t, 'ann', 1));
		}
		assert.equal(await balanceOf(database, 'ann'), 30);
	});
}

function snapshots(scenario: Register): void {
	scenario(
		'a snapshot shows one moment, however many statements it takes',
		async ({ database }) => {
			await makeAccounts(database);
			await database.transaction(async (t) => {
				await deposit(t, 'ann', 100);
				await deposit(t, 'bob', 100);
			});
			let transferring = true;
			const transfer = (amount: number): Promise<unknown> =>
				database.transaction(async (t) => {
					await t.query(sql`update accounts set balance = balance - ${amount} where id = 'ann'`);
					await t.query(sql`update accounts set balance = balance + ${amount} where id = 'bob'`);
				});
			const transfers = (async () => {
				while (transferring) {
					await transfer(1);
					await transfer(-1);
				}
			})();
			for (let round = 0; round < 50; round += 1) {
				const total = await database.snapshot(async (t) => {
					const ann = await t.query(sql`select balance from accounts where id = 'ann'`);
					const bob = await t.query(sql`select balance from accounts where id = 'bob'`);
					return (ann.rows[0]?.balance as number) + (bob.rows[0]?.balance as number);
				});
				assert.equal(total, 200);
			}
			transferring = false;
			await transfers;
		},
	);

	scenario('a snapshot shows what was committed before it began', async ({ database }) => {
		await makeAccounts(database);
		for (let round = 1; round <= 50; round += 1) {
			await database.transaction((t) => deposit(t, 'ann', 1));
			assert.equal(await balanceOf(database, 'ann'), round);
		}
	});

	scenario('a snapshot cannot write', async ({ database }) => {
		await makeAccounts(database);
		const outcome = database.snapshot((t) => deposit(t, 'ann', 1));
		await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_STATEMENT', effect: 'none' });
		await database.transaction((t) => deposit(t, 'ann', 2));
		assert.equal(await balanceOf(database, 'ann'), 2);
	});

	scenario('a hundred snapshots at once are all answered', async ({ database }) => {
		const reads = Array.from({ length: 100 }, (_, index) =>
			database.snapshot((t) => t.query(sql`select cast(${index} as bigint) as n`)),
		);
		const results = await Promise.all(reads);
		assert.deepEqual(
			results.map(({ rows }) => rows[0]?.n),
			results.map((_, index) => index),
		);
	});
}

function migrations(scenario: Register): void {
	scenario('a script that fails leaves nothing, not even a table', async ({ database }) => {
		const outcome = database.exclusive(async (t) => {
			await t.script('create table half (id bigint primary key); insert into half values (1)');
			await t.script('create table other (id bigint primary key); insert into nowhere values (1)');
		});
		await assert.rejects(outcome, { code: 'FLOTILLA_DATABASE_STATEMENT', effect: 'none' });
		const reading = database.snapshot((t) => t.query(sql`select * from half`));
		await assert.rejects(reading, { code: 'FLOTILLA_DATABASE_STATEMENT' });
	});

	scenario('exclusive work may wait for what it likes, and runs one at a time', async (world) => {
		const { database, subject } = world;
		const another = (await subject.openAnother?.()) ?? database;
		try {
			let inside = 0;
			const work = (opened: Database): Promise<void> =>
				opened.exclusive(async (t) => {
					inside += 1;
					assert.equal(inside, 1);
					await t.script('create table if not exists steps (id bigint primary key)');
					await sleep(20);
					const { rows } = await t.query(sql`select count(*) as n from steps`);
					await t.query(sql`insert into steps values (${rows[0]?.n as number})`);
					inside -= 1;
				});
			await Promise.all([work(database), work(another), work(database), work(another)]);
			const { rows } = await database.snapshot((t) =>
				t.query(sql`select count(*) as n from steps`),
			);
			assert.equal(rows[0]?.n, 4);
		} finally {
			if (another !== database) await another.close();
		}
	});

	scenario('a table that changes under a statement does not confuse it', async ({ database }) => {
		await makeAccounts(database);
		await database.transaction((t) => deposit(t, 'ann', 1));
		const everything = sql`select * from accounts`;
		await database.snapshot((t) => t.query(everything));
		await database.exclusive((t) => t.script('alter table accounts add column note text'));
		const { rows } = await database.snapshot((t) => t.query(everything));
		assert.deepEqual({ ...rows[0] }, { id: 'ann', balance: 1, note: null });
	});
}

function notifications(scenario: Register): void {
	scenario('a notification reaches the others and not its sender', async (world) => {
		const { database, subject, context } = world;
		if (subject.openAnother === undefined) {
			context.skip('not supported: only one process may have this database open');
			return;
		}
		const another = await subject.openAnother();
		try {
			const heard: string[] = [];
			const echoes: string[] = [];
			const arrived = Promise.withResolvers<void>();
			database.onNotify((message) => echoes.push(message));
			another.onNotify((message) => {
				heard.push(message);
				if (message === 'last') arrived.resolve();
			});
			const longest = 'ü'.repeat(2_000);
			for (const message of ['orders', 'orders', longest, "it's", 'last']) database.notify(message);
			await arrived.promise;
			assert.deepEqual([...new Set(heard)], ['orders', longest, "it's", 'last']);
			assert.deepEqual(echoes, []);
		} finally {
			await another.close();
		}
	});

	scenario('a notification that nobody hears does no harm', async ({ database }) => {
		database.notify('hello');
		await makeAccounts(database);
	});
}

function closing(scenario: Register): void {
	scenario('closing lets work under way end and refuses what comes later', async ({ database }) => {
		await makeAccounts(database);
		const under = Array.from({ length: 40 }, (_, index) =>
			database.transaction((t) => deposit(t, `a${index}`, 1)),
		);
		const reading = database.snapshot((t) => t.query(sql`select 1 as one`));
		const closed = database.close();
		const refused = { code: 'FLOTILLA_DATABASE_UNAVAILABLE', effect: 'none' };
		await assert.rejects(() => database.transaction((t) => deposit(t, 'late', 1)), refused);
		await assert.rejects(() => database.snapshot((t) => t.query(sql`select 1`)), refused);
		await assert.rejects(() => database.exclusive((t) => t.script('select 1')), refused);
		await Promise.all([...under, reading, closed]);
		await database.close();
	});
}

async function makeAccounts(database: Database): Promise<void> {
	await database.exclusive((t) =>
		t.script(`
			create table accounts (id text primary key, balance bigint not null check (balance >= 0));
			create table entries (id bigint primary key, account text not null references accounts);
		`),
	);
}

function deposit(t: SqlSession, id: string, amount: number): Promise<SqlResult> {
	return t.query(sql`
		insert into accounts values (${id}, ${amount})
		on conflict (id) do update set balance = accounts.balance + ${amount}
	`);
}

/** The wrong way to add in most databases; in a serializable transaction it is right. */
async function addAfterReading(t: SqlSession, id: string, amount: number): Promise<void> {
	const { rows } = await t.query(sql`select balance from accounts where id = ${id}`);
	const balance = ((rows[0]?.balance as number | undefined) ?? 0) + amount;
	if (rows.length === 0) await t.query(sql`insert into accounts values (${id}, ${balance})`);
	else await t.query(sql`update accounts set balance = ${balance} where id = ${id}`);
}

async function balanceOf(database: Database, id: string): Promise<number> {
	const { rows } = await database.snapshot((t) =>
		t.query(sql`select balance from accounts where id = ${id}`),
	);
	return (rows[0]?.balance as number | undefined) ?? 0;
}

async function totalOf(database: Database): Promise<number> {
	const { rows } = await database.snapshot((t) =>
		t.query(sql`select coalesce(sum(balance), 0) as total from accounts`),
	);
	return rows[0]?.total as number;
}

/** Rejected by this machine's own network, faster than anything else that leaves the process. */
function refusedConnection(): Promise<unknown> {
	const socket = connect({ host: '127.0.0.1', port: 1 });
	return new Promise((resolve) => socket.once('error', resolve));
}

function sql(strings: TemplateStringsArray, ...parameters: readonly SqlValue[]): SqlStatement {
	return { strings, values: parameters };
}

function json(value: unknown): SqlJson {
	return { json: JSON.stringify(value) };
}

function isJson(value: unknown): boolean {
	return typeof value === 'object' && value !== null && 'json' in value;
}

/** SQLite has 0 and 1 instead. */
function asBoolean(value: unknown): unknown {
	return value === null ? null : value === true || value === 1;
}
