import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { scheduler, setTimeout as sleep } from 'node:timers/promises';
import type { Kernel } from '../kernel/kernel.ts';
import { testingKernel } from '../kernel/testing-kernel.ts';
import { type DriveOptions, drive } from './drive.ts';
import { machineProcess } from './testing-drive.ts';

/**
 * A little world that uses everything that is patched: five machines, some of which crash, whose
 * processes wait, race, draw, hash, store and send. What they do goes into the trace.
 */
export async function busyWorld(
	seed: number,
	options: DriveOptions = {},
): Promise<{ hash: string; count: number }> {
	const kernel = testingKernel({ seed, faults: ['network.delay'] });
	const chance = kernel.chance.stream('crashes');
	const inboxes = new Map<string, (text: string) => void>();
	for (let number = 1; number <= 5; number++) start(kernel, `m-${number}`, 1, inboxes, chance);
	const end = await drive(kernel, () => kernel.nowMs > 3_000, options);
	if (end.kind === 'failed') throw end.failure.error;
	return { hash: kernel.trace.hash, count: kernel.trace.count };
}

function start(
	kernel: Kernel,
	machine: string,
	incarnation: number,
	inboxes: Map<string, (text: string) => void>,
	chance: { next(): number },
): void {
	const process = machineProcess(kernel, machine, incarnation);
	const send = (to: string, text: string): void => {
		const link = `${machine}>${to}`;
		kernel.after(0.2 + chance.next(), undefined, 'message', `${link} ${text}`, () =>
			inboxes.get(to)?.(text),
		);
	};
	kernel.after(1, process, 'start', incarnation, () => {
		for (let loop = 0; loop < 4; loop++) void work(kernel, machine, loop, send);
		const receive = (text: string): void => {
			kernel.after(0, process, 'receive', text, () => void Promise.resolve().then(() => text));
		};
		inboxes.set(machine, receive);
	});
	kernel.after(200 + chance.next() * 800, undefined, 'crash', machine, () => {
		process.alive = false;
		start(kernel, machine, incarnation + 1, inboxes, chance);
	});
}

const loopName = new AsyncLocalStorage<string>();

async function work(
	kernel: Kernel,
	machine: string,
	loop: number,
	send: (to: string, text: string) => void,
): Promise<void> {
	const database = new DatabaseSync(':memory:');
	database.exec('create table t (id text primary key, at integer)');
	const insert = database.prepare('insert into t (id, at) values (?, ?)');
	const note = (what: unknown): void => kernel.note(machine, 'work', String(what));
	await loopName.run(`${machine} ${loop}`, async () => {
		for (;;) {
			const waitMs = Math.floor(Math.random() * 40);
			const timer = setTimeout(() => note(loopName.getStore()), waitMs + 5);
			const signal = AbortSignal.timeout(30);
			await sleep(waitMs, undefined, { signal }).catch((error: Error) => note(error.name));
			await Promise.race([scheduler.wait(3), new Promise((resolve) => setImmediate(resolve))]);
			await new Promise<void>((resolve) => process.nextTick(resolve));
			if (waitMs % 3 === 0) clearTimeout(timer);
			insert.run(randomUUID(), Date.now());
			const row = database.prepare('select * from t order by id limit 1').get();
			note(createHash('sha256').update(JSON.stringify(row)).digest('hex'));
			note([new Date().toISOString(), new Date().toString(), (1.5).toLocaleString()].join());
			note([performance.now(), process.hrtime.bigint()].join());
			send(
				`m-${1 + Math.floor(Math.random() * 5)}`,
				structuredClone({ at: Date.now() }).at.toString(),
			);
		}
	});
}
