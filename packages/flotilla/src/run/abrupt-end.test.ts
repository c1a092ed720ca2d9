import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { z } from 'zod';
import { contract } from '../contract/contract.ts';
import { stream } from '../contract/definition.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { nodeRandom } from '../host/node/random.ts';
import { app } from '../service/app.ts';
import { service } from '../service/service.ts';
import { run } from './run.ts';

const keys = ['a', 'b', 'c', 'd'];
const Letter = z.object({ key: z.string(), ordinal: z.int() });
const Count = z.object({ count: z.int() });
const Key = z.object({ key: z.string() });

const Sender = contract('sender', {
	version: 1,
	queries: { count: { input: Key, output: Count } },
	commands: { send: { input: Key, output: Letter } },
	events: { sent: { data: Letter, key: 'key' } },
});

const Receiver = contract('receiver', {
	version: 1,
	queries: {
		watch: { output: stream(Count) },
		ordinals: { input: Key, output: z.object({ ordinals: z.array(z.int()) }) },
	},
	events: { received: { data: z.object({ all: z.string() }), key: 'all' } },
});

const sender = service(
	Sender,
	{
		migrations: [
			{
				name: '0001',
				sql: 'create table counts (letter_key text primary key, count bigint not null)',
			},
		],
	},
	({ tx, read }) => ({
		queries: {
			count: ({ key }) =>
				read(
					(t) => t.one(Count)`
						select coalesce(sum(count), 0) as count from counts where letter_key = ${key}`,
				),
		},
		commands: {
			send: ({ key }) =>
				tx(async (t) => {
					const { count: ordinal } = await t.one(Count)`
						insert into counts (letter_key, count) values (${key}, 1)
						on conflict (letter_key) do update set count = counts.count + 1 returning count`;
					t.emit.sent({ key, ordinal });
					return { key, ordinal };
				}),
		},
	}),
);

/** @param chance Whether a delivery goes well. */
const receiver = (chance: () => boolean) =>
	service(
		Receiver,
		{
			needs: { sender: Sender },
			migrations: [
				{
					name: '0001',
					sql: `create table letters (
						arrival bigint primary key, letter_key text not null, ordinal bigint not null)`,
				},
			],
		},
		({ read, live }) => ({
			queries: {
				watch: () => live('all', (t) => t.one(Count)`select count(*) as count from letters`),
				ordinals: async ({ key }) => {
					const rows = await read(
						(t) => t.all(z.object({ ordinal: z.int() }))`
							select ordinal from letters where letter_key = ${key} order by arrival`,
					);
					return { ordinals: rows.map(({ ordinal }) => ordinal) };
				},
			},
			on: {
				sender: {
					sent: async ({ key, ordinal }, { t }) => {
						await t.run`
							insert into letters (arrival, letter_key, ordinal)
							values ((select count(*) from letters), ${key}, ${ordinal})`;
						t.emit.received({ all: 'all' });
						if (!chance()) throw new Error('bad luck');
					},
				},
			},
		}),
	);

const host = () => ({
	...nodeHost(),
	logs: { write: () => {}, flush: () => Promise.resolve() },
});

/** In a process of its own: sends without end, and says what was acknowledged. */
async function sendWithoutEnd(dataDir: string): Promise<void> {
	const random = nodeRandom(dataDir);
	const unlucky = receiver(() => random.next() > 0.1);
	const fleet = await run(app('letters', [sender, unlucky]), { dataDir, host: host() });
	const { send } = fleet.client(Sender);
	await Promise.all(
		keys.map(async (key) => {
			for (;;) {
				const { ordinal } = await send({ key });
				process.stdout.write(`${key} ${ordinal}\n`);
			}
		}),
	);
}

/** Kills a child after it has acknowledged so many, and adds those to the list. */
async function liveAndDie(
	dataDir: string,
	lines: number,
	acknowledged: Map<string, number>,
): Promise<void> {
	const child: ChildProcess = spawn(process.execPath, [import.meta.filename], {
		env: { ...process.env, NODE_OPTIONS: '--conditions=flotilla-src', LETTERS_FOLDER: dataDir },
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const exited = once(child, 'exit');
	assert.ok(child.stdout);
	let seen = 0;
	for await (const line of createInterface({ input: child.stdout })) {
		const [key = '', ordinal] = line.split(' ');
		acknowledged.set(key, Math.max(acknowledged.get(key) ?? 0, Number(ordinal)));
		seen += 1;
		if (seen === lines) child.kill('SIGKILL');
	}
	assert.deepEqual(await exited, [null, 'SIGKILL']);
}

async function checkAll(): Promise<void> {
	const dataDir = await mkdtemp(join(tmpdir(), 'flotilla-letters-'));
	const random = nodeRandom('letters');
	const acknowledged = new Map<string, number>();
	for (let life = 0; life < 6; life++) {
		await liveAndDie(dataDir, 1 + Math.floor(random.next() * 150), acknowledged);
	}
	const lucky = receiver(() => true);
	const fleet = await run(app('letters', [sender, lucky]), { dataDir, host: host() });
	const counts = new Map<string, number>();
	for (const key of keys) counts.set(key, (await fleet.client(Sender).count({ key })).count);
	const total = [...counts.values()].reduce((sum, count) => sum + count);
	for await (const { count } of fleet.client(Receiver).watch()) if (count >= total) break;
	for (const [key, count] of counts) {
		const { ordinals } = await fleet.client(Receiver).ordinals({ key });
		const all = Array.from({ length: count }, (_, index) => index + 1);
		assert.deepEqual(ordinals, all, 'once each, in order, none lost and none invented');
		assert.ok((acknowledged.get(key) ?? 0) <= count, 'what was acknowledged has been kept');
	}
	await fleet.close();
	await rm(dataDir, { recursive: true });
}

if (process.env.LETTERS_FOLDER !== undefined) await sendWithoutEnd(process.env.LETTERS_FOLDER);
else test('however often the process is killed, each event has its effect once', checkAll);
