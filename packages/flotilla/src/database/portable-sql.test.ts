import assert from 'node:assert/strict';
import { test } from 'node:test';
import { portabilityProblem, transactionStatement } from './portable-sql.ts';

const good = [
	`create table orders (
		id text primary key, user_id text not null references users (id), total_minor bigint not null,
		rate double precision, paid boolean not null default false, lines jsonb not null,
		digest bytea, created_at_ms bigint not null check (created_at_ms > 0)
	);
	create index orders_of_user on orders (user_id, created_at_ms desc)`,
	'create table a (x text); create view b as select x from a where x is not null',
	'alter table orders add column note text',
	"insert into settings (name, value) values ('a', 'b') on conflict (name) do nothing",
	'update orders set total_minor = coalesce(total_minor, 0) where paid = true',
	// Names that are types elsewhere.
	'create table events (date text not null, time bigint, uuid text, interval bigint, real text)',
	'create table t (a text, json jsonb, "timestamp" bigint); create index i on t (json, date)',
	'alter table t add column date text; alter table t rename column time to moment',
	'select date, time from t where time > 3 and date is not null order by date',
	'create table money (id text primary key); select money.id from money',
	// Words in texts and comments.
	"insert into t (a) values ('now() serial integer `x` datetime')",
	"insert into t (a) values ('it''s a timestamp, replace into')",
	'create table t (a text) -- an integer, once: autoincrement\n',
	'/* strict, without rowid;\n pragma */ create table t (a text)',
	'create table "integer" ("real" text)',
	'create table randomness (nowhere text, generated text)',
];

const bad: readonly (readonly [string, string])[] = [
	['create table t (id bigserial primary key)', 'bigserial'],
	['create table t (id integer primary key autoincrement)', 'autoincrement'],
	['create table t (id bigint generated always as identity)', 'identity'],
	['create table t (a integer)', 'integer'],
	['create table t (a\n\tINT not null)', 'INT'],
	['create table t ("a" smallint)', 'smallint'],
	['create table t (a real)', 'real'],
	['create table t (a float8)', 'float8'],
	['create table t (a double)', 'double'],
	['create table t (a blob)', 'blob'],
	['create table t (a json)', 'json'],
	['create table t (a varchar(20))', 'varchar'],
	['create table t (a character(2))', 'character'],
	['create table t (a timestamp)', 'timestamp'],
	['create table t (a timestamptz default now())', 'timestamptz'],
	['create table t (date date)', 'date'],
	['create table t (a bigint, b time)', 'time'],
	['create table t (a numeric(10, 2))', 'numeric'],
	['create table t (a uuid)', 'uuid'],
	['create table t (a bool)', 'bool'],
	['select cast(a as integer) from t', 'integer'],
	['select a::int from t', 'int'],
	['create table t (a boolean not null default 0)', 'default 0'],
	['create table t (a bigint default (unixepoch()))', 'unixepoch'],
	['create table t (a text default current_timestamp)', 'current_timestamp'],
	["update t set a = strftime('%s', 'now')", 'strftime'],
	['create table t (a text default gen_random_uuid())', 'gen_random_uuid'],
	['update t set a = random()', 'random'],
	["insert or replace into t values ('a')", 'insert or'],
	["replace into t values ('a')", 'replace into'],
	['create table t (a text primary key) without rowid', 'without rowid'],
	['create table t (a text) strict', 'strict'],
	['create table t (a text) strict; select 1', 'strict'],
	["select a from t where a ilike 'x'", 'ilike'],
	["select a from t where a glob 'x'", 'glob'],
	['select ifnull(a, 1) from t', 'ifnull'],
	["create type mood as enum ('sad')", 'create type'],
	['create virtual table t using fts5(a)', 'create virtual'],
	['create trigger t after insert on a begin select 1; end', 'create trigger'],
	['pragma foreign_keys = off', 'pragma'],
	['create index concurrently i on t (a)', 'concurrently'],
	['create table `t` (a text)', '`'],
	["insert into t values ('a') -- x\n; create table u (a integer)", 'integer'],
];

test('what both dialects understand passes the sieve', () => {
	for (const sql of good) assert.equal(portabilityProblem(sql), undefined, sql);
});

test('what one of the dialects lacks is caught, with what to use instead', () => {
	for (const [sql, word] of bad) {
		const problem = portabilityProblem(sql) ?? 'nothing was found';
		assert.match(problem, /is not portable: use /, sql);
		assert.ok(problem.includes(word), `${sql}: ${problem}`);
	}
});

test('a statement that would end the transaction is found, wherever it hides', () => {
	for (const [sql, found] of [
		['commit', 'commit'],
		['create table t (a text);\n  COMMIT;', 'commit'],
		['/* x */ rollback to a', 'rollback'],
		['select 1; end; select 2', 'end'],
		['begin immediate', 'begin'],
		['start   transaction', 'start   transaction'],
		['savepoint a', 'savepoint'],
	] as const) {
		assert.equal(transactionStatement(sql), found, sql);
	}
});

test('words in texts, comments, blocks and bodies of functions do not count as one', () => {
	for (const sql of [
		"insert into t values ('; commit;')",
		'-- ; commit\nselect 1',
		'select case when a then b end from t',
		'create trigger t after insert on a begin update b set c = 1; delete from d; end;',
		'create function f() returns void as $$ begin perform 1; end; $$ language plpgsql',
		'create function f() returns void as $body$ begin; commit; $body$ language sql',
		'create table commits (begin_ms bigint, end_ms bigint)',
	]) {
		assert.equal(transactionStatement(sql), undefined, sql);
	}
});
