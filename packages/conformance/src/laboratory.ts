import assert from 'node:assert/strict';
import {
	app,
	type Cryptography,
	contract,
	isFlotillaError,
	type Migration,
	type Reader,
	type Service,
	service,
	stream,
	type Writer,
} from 'flotilla';
import { type Databases, type LogSink, nodeHost } from 'flotilla/adapter';
import { type Caller, type Fleet, run } from 'flotilla/run';
import { z } from 'zod';
import { FaultyDatabases } from './faulty-databases.ts';

const Id = z.object({ id: z.string() });
const AnswerSchema = z.object({ id: z.string(), run: z.int() });
const Ids = z.object({ ids: z.array(z.string()) });
const Act = z.object({ id: z.string(), note: z.string().optional() });

/** A service that does in `act` whatever an experiment wants. */
const Laboratory = contract('laboratory', {
	version: 1,
	queries: {
		ids: { output: Ids },
		look: { input: Act, output: AnswerSchema },
	},
	commands: {
		act: { input: Act, output: AnswerSchema, errors: { refused: Id } },
		actAlike: { input: Act, output: AnswerSchema, errors: { refused: Id } },
		actFreely: { input: Act, output: AnswerSchema, errors: { refused: Id }, idempotent: true },
	},
	events: { acted: { data: Id, key: 'id' } },
});

/** A service that notes which events of the laboratory it has seen, in their order. */
const Witness = contract('witness', {
	version: 1,
	queries: { watch: { output: stream(Ids) } },
	events: { noted: { data: z.object({ key: z.string() }), key: 'key' } },
});

export interface ActInput {
	readonly id: string;
	readonly note?: string | undefined;
}

export interface Answer {
	readonly id: string;
	readonly run: number;
}

export interface ActCall {
	readonly errors: { refused(data: { readonly id: string }): Error };
}

/** What of its environment an experiment may use. */
export interface LaboratoryEnvironment {
	tx<T>(work: (t: LaboratoryTransaction) => Promise<T> | T): Promise<T>;
	read<T>(work: (t: Reader) => Promise<T> | T): Promise<T>;
	live<T>(key: string, work: (t: Reader) => Promise<T> | T): AsyncIterable<T>;
	readonly call: { readonly witness: { watch(): AsyncIterable<unknown> } };
	readonly crypto: Cryptography;
}

export interface LaboratoryTransaction extends Writer {
	readonly emit: { acted(data: { readonly id: string }): void };
}

export type Handler = (
	input: ActInput,
	call: ActCall,
	environment: LaboratoryEnvironment,
) => Promise<unknown>;

const migrations: readonly Migration[] = [
	{ name: '0001-acts', sql: 'create table acts (id text primary key, note text)' },
];

const witness: Service = service(
	Witness,
	{
		needs: { laboratory: Laboratory },
		migrations: [
			{
				name: '0001-sightings',
				sql: 'create table sightings (ordinal bigint primary key, id text not null)',
			},
		],
	},
	({ live }) => ({
		queries: {
			watch: () =>
				live('all', async (t) => {
					const rows = await t.all(Id)`select id from sightings order by ordinal`;
					return { ids: rows.map(({ id }) => id) };
				}),
		},
		on: {
			laboratory: {
				acted: async ({ id }, { t }) => {
					await t.run`
						insert into sightings (ordinal, id)
						values ((select count(*) + 1 from sightings), ${id})`;
					t.emit.noted({ key: 'all' });
				},
			},
		},
	}),
);

function notDeclared(): never {
	throw new Error('a query of the laboratory declares no errors');
}

/** A laboratory whose `act` is `handler`. */
function laboratory(handler: Handler): Service {
	return service(Laboratory, { needs: { witness: Witness }, migrations }, (environment) => {
		const act = (input: ActInput, call: ActCall) =>
			handler(input, call, environment) as Promise<Answer>;
		return {
			queries: {
				ids: async () => {
					const rows = await environment.read((t) => t.all(Id)`select id from acts order by id`);
					return { ids: rows.map(({ id }) => id) };
				},
				look: (input) => act(input, { errors: { refused: notDeclared } }),
			},
			commands: { act, actAlike: act, actFreely: act },
		};
	});
}

/** A running laboratory with its witness. */
export interface World {
	readonly fleet: Fleet;
	readonly faults: FaultyDatabases;
	/** What is in the table. */
	ids(): Promise<readonly string[]>;
	/** The events that arrive until `last` has, which is emitted only now. */
	sightings(): Promise<readonly string[]>;
	act(input: ActInput, options?: Options): Promise<unknown>;
	/** The error of a call that must fail. */
	failure(input: ActInput, options?: Options): Promise<Failure>;
}

export interface Options extends Caller {
	readonly operation?: 'act' | 'actAlike' | 'actFreely' | 'look';
}

/** Of an error, what a caller goes by. */
export interface Failure {
	readonly code: string;
	readonly effect: string;
	/** The code of what a handler threw, when that was an error of the platform. */
	readonly cause?: string;
}

/** Experiments fail on purpose. */
const silence: LogSink = { write: () => {}, flush: () => Promise.resolve() };

/** Opens a laboratory, lets `experiment` use it, and closes it. */
export async function experimentWith(
	{ databases, dataDir }: { readonly databases: Databases; readonly dataDir: string },
	handler: Handler,
	experiment: (world: World) => Promise<void>,
): Promise<void> {
	const faults = new FaultyDatabases(databases);
	const last: Handler = (input, call, environment) =>
		input.id === 'last' ? record(environment, input) : handler(input, call, environment);
	const example = app('experiment', [laboratory(last), witness]);
	const host = { ...nodeHost(), logs: silence };
	await using fleet = await run(example, { dataDir, databases: faults, host });
	await experiment(worldOf(fleet, faults));
}

function worldOf(fleet: Fleet, faults: FaultyDatabases): World {
	const client = fleet.client(Laboratory);
	const act = (input: ActInput, { operation = 'act', ...caller }: Options = {}) => {
		const compiled = Laboratory.operations.get(operation);
		assert.ok(compiled);
		return fleet.invoke(compiled, input, caller);
	};
	return {
		fleet,
		faults,
		act,
		ids: async () => (await client.ids()).ids.filter((id) => id !== 'last'),
		sightings: async () => {
			await client.act({ id: 'last' });
			for await (const { ids } of fleet.client(Witness).watch()) {
				if (ids.includes('last')) return ids.filter((id) => id !== 'last');
			}
			throw new Error('the witness ended');
		},
		failure: (input, options) => act(input, options).then(unexpected, failureFrom),
	};
}

function unexpected(answer: unknown): never {
	throw new assert.AssertionError({ message: `it answered ${JSON.stringify(answer)}` });
}

/** What a caller goes by in an error. */
export function failureFrom(error: unknown): Failure {
	const { code, effect, cause } = error as Failure & { cause?: unknown };
	return isFlotillaError(cause) && code === 'FLOTILLA_HANDLER_FAILED'
		? { code, effect, cause: cause.code }
		: { code, effect };
}

/** The usual transaction: a row, an event and an answer. */
export function record(
	{ tx }: LaboratoryEnvironment,
	{ id, note }: ActInput,
	run = 1,
): Promise<Answer> {
	return tx((t) => write(t, { id, note }, run));
}

/** What the usual transaction does. */
export async function write(
	t: LaboratoryTransaction,
	{ id, note }: ActInput,
	run = 1,
): Promise<Answer> {
	await t.run`insert into acts (id, note) values (${id}, ${note})`;
	t.emit.acted({ id });
	return { id, run };
}
