import { FlotillaError, isFlotillaError } from '../errors/flotilla-error.ts';
import type { Clock } from '../host/clock.ts';
import type { Cryptography } from '../host/cryptography.ts';
import type { Database, ScriptSession, SqlSession } from '../host/database.ts';
import type { Migration } from './migration.ts';
import { portabilityProblem, transactionStatement } from './portable-sql.ts';
import { sql } from './sql.ts';

/** Whose migrations they are: the platform's own tables, or the service's. */
type Owner = 'flotilla' | 'service';

interface Step {
	readonly owner: Owner;
	readonly name: string;
	readonly sql: string;
	readonly checksum: string;
	/** One text for both dialects. */
	readonly portable: boolean;
}

export interface MigrationPlan {
	readonly platform: readonly Migration[];
	readonly service: readonly Migration[];
}

/**
 * Compares a database with its migrations and changes nothing.
 *
 * @throws {FlotillaError} `FLOTILLA_MIGRATION_CHANGED`, `FLOTILLA_MIGRATION_NOT_PORTABLE`, or
 *   `FLOTILLA_DATA_NEWER` when the database has tables of a newer platform.
 */
export async function checkMigrations(
	database: Database,
	plan: MigrationPlan,
	crypto: Cryptography,
): Promise<void> {
	await pendingSteps(database, stepsOfPlan(database, plan, crypto));
}

/**
 * Brings a database up to date: every migration that has not run yet, in order, in one transaction.
 *
 * @throws {FlotillaError} What `checkMigrations` throws, `FLOTILLA_MIGRATION_FAILED`, or a failure of
 *   the database. The database is as it was.
 */
export async function migrate(
	database: Database,
	plan: MigrationPlan,
	{ crypto, clock }: { readonly crypto: Cryptography; readonly clock: Clock },
): Promise<void> {
	const steps = stepsOfPlan(database, plan, crypto);
	// Usually nothing is to be done, and then nothing should be written or locked either.
	if ((await pendingSteps(database, steps)).length === 0) return;
	await database.exclusive(async (session) => {
		await session.script(`create table if not exists flotilla_migrations (
			owner text not null, name text not null, ordinal bigint not null, checksum text not null,
			applied_at_ms bigint not null, primary key (owner, name))`);
		const pending = (await missing(session, database, steps)) ?? steps;
		for (const step of pending) await apply(session, database, step, steps, clock.wallMs());
	});
}

function stepsOfPlan(database: Database, plan: MigrationPlan, crypto: Cryptography): Step[] {
	return [
		...stepsOf('flotilla', plan.platform, database, crypto),
		...stepsOf('service', plan.service, database, crypto),
	];
}

function stepsOf(
	owner: Owner,
	migrations: readonly Migration[],
	database: Database,
	crypto: Cryptography,
): Step[] {
	const seen = new Set<string>();
	return migrations.map(({ name, sql: text }) => {
		if (seen.has(name)) {
			const message = `The migration '${name}' of '${database.name}' exists twice.`;
			throw new FlotillaError('FLOTILLA_MIGRATION_CHANGED', message);
		}
		seen.add(name);
		const chosen = typeof text === 'string' ? text : text[database.dialect];
		// An editor or git may change the ends of lines.
		const sql = chosen.replaceAll('\r\n', '\n');
		const checksum = Array.from(crypto.digest(sql), (byte) => byte.toString(16).padStart(2, '0'));
		return { owner, name, sql, checksum: checksum.join(''), portable: typeof text === 'string' };
	});
}

/** What is to be done. Only that is examined: what has run cannot be changed any more. */
async function pendingSteps(database: Database, steps: readonly Step[]): Promise<readonly Step[]> {
	const pending =
		(await database.snapshot((session) => missing(session, database, steps))) ?? steps;
	for (const step of pending) examine(database, step);
	return pending;
}

function examine(database: Database, { name, sql, portable }: Step): void {
	const subject = `The migration '${name}' of '${database.name}'`;
	const problem = portable ? portabilityProblem(sql) : undefined;
	if (problem !== undefined) {
		throw new FlotillaError('FLOTILLA_MIGRATION_NOT_PORTABLE', `${subject}: ${problem}.`);
	}
	const statement = transactionStatement(sql);
	if (statement !== undefined) {
		const message = `${subject} was refused: '${statement}' would end the transaction it runs in.`;
		throw new FlotillaError('FLOTILLA_MIGRATION_FAILED', message);
	}
}

/** The steps that have not run yet; `undefined` when not even the table of migrations exists. */
async function missing(
	session: SqlSession,
	database: Database,
	steps: readonly Step[],
): Promise<readonly Step[] | undefined> {
	if (!(await hasTable(session, database))) return undefined;
	const { rows } = await session.query(
		sql`select owner, name, checksum from flotilla_migrations order by ordinal`,
	);
	for (const owner of ['flotilla', 'service'] as const) {
		const applied = rows.filter((row) => row.owner === owner);
		const wanted = steps.filter((step) => step.owner === owner);
		for (const [index, row] of applied.entries()) {
			refuseChanged(database, owner, row.name, row.checksum, wanted[index]);
		}
	}
	const known = new Set(rows.map((row) => `${row.owner}/${row.name}`));
	return steps.filter((step) => !known.has(`${step.owner}/${step.name}`));
}

async function hasTable(session: SqlSession, database: Database): Promise<boolean> {
	const { rows } = await session.query(
		database.dialect === 'sqlite'
			? sql`select 1 as found from sqlite_schema where name = 'flotilla_migrations'`
			: sql`select 1 as found where to_regclass('flotilla_migrations') is not null`,
	);
	return rows.length > 0;
}

function refuseChanged(
	database: Database,
	owner: Owner,
	name: unknown,
	checksum: unknown,
	wanted: Step | undefined,
): void {
	if (wanted?.name === name && wanted?.checksum === checksum) return;
	if (owner === 'flotilla' && wanted === undefined) {
		const message = `The database '${database.name}' has tables of a newer version ('${name}').`;
		throw new FlotillaError('FLOTILLA_DATA_NEWER', message);
	}
	const what =
		wanted === undefined
			? 'has run but is missing now; perhaps a newer version has run here'
			: wanted.name === name
				? 'has run and was edited since'
				: `has run where '${wanted.name}' stands now`;
	throw new FlotillaError(
		'FLOTILLA_MIGRATION_CHANGED',
		`The migration '${name}' of '${database.name}' ${what}.`,
	);
}

async function apply(
	session: ScriptSession,
	database: Database,
	step: Step,
	steps: readonly Step[],
	nowMs: number,
): Promise<void> {
	try {
		await session.script(step.sql);
	} catch (cause) {
		if (!isRefusal(cause)) throw cause;
		const message = `The migration '${step.name}' of '${database.name}' was refused: ${cause.message}`;
		throw new FlotillaError('FLOTILLA_MIGRATION_FAILED', message, { cause });
	}
	await session.query(sql`
		insert into flotilla_migrations (owner, name, ordinal, checksum, applied_at_ms)
		values (${step.owner}, ${step.name}, ${steps.indexOf(step)}, ${step.checksum}, ${nowMs})`);
}

/** Whether the SQL is to blame: a full disk or a lost connection is no fault of the migration. */
function isRefusal(error: unknown): error is FlotillaError {
	return (
		isFlotillaError(error, 'FLOTILLA_DATABASE_STATEMENT') ||
		isFlotillaError(error, 'FLOTILLA_DATABASE_CONSTRAINT')
	);
}
