import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
	type Disk,
	type DiskFile,
	type Effect,
	type ErrorCode,
	type FaultName,
	isFlotillaError,
} from 'flotilla/adapter';
import type { Kernel } from '../kernel/kernel.ts';
import { runAs } from '../kernel/kernel.ts';
import {
	run,
	type TestingProcess,
	testingKernel,
	testingProcess,
} from '../kernel/testing-kernel.ts';
import { SimulatedDisk } from './simulated-disk.ts';

class TestingDisk {
	readonly kernel: Kernel;
	readonly stored: SimulatedDisk;
	process: TestingProcess;
	disk: Disk;
	#incarnation = 1;

	constructor(seed = 1, faults: readonly (FaultName | readonly [FaultName, number])[] = []) {
		this.kernel = testingKernel({ seed, faults });
		this.stored = new SimulatedDisk({ kernel: this.kernel, machine: 'a' });
		this.process = testingProcess(this.kernel, 'a');
		this.disk = this.stored.of(this.process);
	}

	/** Does something as the process, and lets the events happen that it needs. */
	async do<T>(work: (disk: Disk) => Promise<T>): Promise<T> {
		const done = runAs(this.process, () => work(this.disk));
		done.catch(() => {});
		await run(this.kernel);
		return await done;
	}

	restart(how: 'crash' | 'power-loss'): void {
		this.process.alive = false;
		this.stored.processDied(this.process, how);
		this.process = testingProcess(this.kernel, 'a', ++this.#incarnation);
		this.disk = this.stored.of(this.process);
	}

	async content(path: string): Promise<Buffer | undefined> {
		return await this.do(async (disk) => {
			const file = await disk.open(path).catch(() => undefined);
			if (file === undefined) return undefined;
			return Buffer.from(await file.read(0, await file.sizeBytes()));
		});
	}
}

const failure = (code: ErrorCode, effect: Effect, text: RegExp) => (error: unknown) => {
	assert.ok(isFlotillaError(error, code), String(error));
	assert.equal(error.effect, effect);
	assert.match(error.message, text);
	return true;
};

async function folderWith(world: TestingDisk, path: string): Promise<DiskFile> {
	return await world.do(async (disk) => {
		await disk.makeFolder('/data');
		const file = await disk.open(path, { create: true });
		await disk.syncFolder('/data');
		return file;
	});
}

test('what was appended is read, and stays when the process crashes', async () => {
	const world = new TestingDisk();
	const file = await folderWith(world, '/data/log');
	await world.do(async () => {
		await file.append(Buffer.from('hello '));
		await file.append(Buffer.from('world'));
		await file.truncate(8);
		await file.truncate(100);
		assert.equal(await file.sizeBytes(), 8);
		assert.equal(Buffer.from(await file.read(6, 100)).toString(), 'wo');
		assert.equal(Object.getPrototypeOf(await file.read(0, 1)), Uint8Array.prototype);
	});
	world.restart('crash');
	assert.equal((await world.content('/data/log'))?.toString(), 'hello wo');
});

type FileStep =
	| { readonly do: 'append'; readonly size: number }
	| { readonly do: 'cut'; readonly share: number }
	| { readonly do: 'sync' | 'crash' | 'power-loss' };

const fileStep: fc.Arbitrary<FileStep> = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), size: fc.nat(300) }) },
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant('cut' as const),
			share: fc.double({ min: 0, max: 1, noNaN: true }),
		}),
	},
	{
		weight: 4,
		arbitrary: fc.record({ do: fc.constantFrom('sync', 'sync', 'crash', 'power-loss') }),
	},
);

/** What a file may hold after a power cut: at each place one of these bytes, and a least size. */
class Reference {
	now: number[] = [];
	#synced: number[] = [];
	#possible: Set<number>[] = [];
	#leastSize = 0;
	#value = 0;

	append(size: number): Uint8Array {
		const bytes = Uint8Array.from({ length: size }, () => (this.#value++ % 255) + 1);
		for (const byte of bytes) {
			const place = this.now.push(byte) - 1;
			this.#possible[place] ??= new Set([0]);
			this.#possible[place].add(byte);
		}
		return bytes;
	}

	cut(size: number): void {
		// Whether it reaches the disk or not, zeros are what fills a gap behind it.
		for (const place of this.#possible.keys()) if (place >= size) this.#possible[place]?.add(0);
		this.#leastSize = Math.min(this.#leastSize, size);
		this.now.length = size;
	}

	sync(): void {
		this.#synced = [...this.now];
		this.restart(this.#synced);
	}

	restart(content: readonly number[]): void {
		this.now = [...content];
		this.#synced = [...content];
		this.#possible = content.map((byte) => new Set([byte]));
		this.#leastSize = content.length;
	}

	assertPossible(content: readonly number[]): void {
		assert.ok(content.length >= this.#leastSize, `${content.length} < ${this.#leastSize} bytes`);
		assert.ok(content.length <= this.#possible.length);
		for (const [place, byte] of content.entries()) {
			assert.ok(this.#possible[place]?.has(byte), `byte ${byte} at ${place} was never written`);
		}
	}
}

test('a power cut leaves what was synced, and of the rest what was written or nothing', async () => {
	const outcomes = new Set<string>();
	await fc.assert(
		fc.asyncProperty(fc.nat(), fc.array(fileStep, { maxLength: 30 }), async (seed, steps) => {
			const world = new TestingDisk(seed);
			const reference = new Reference();
			let file = await folderWith(world, '/data/log');
			for (const step of [...steps, { do: 'power-loss' } as const]) {
				if (step.do === 'append') {
					await world.do(() => file.append(reference.append(step.size)));
				} else if (step.do === 'cut') {
					const size = Math.floor(step.share * reference.now.length);
					reference.cut(size);
					await world.do(() => file.truncate(size));
				} else if (step.do === 'sync') {
					reference.sync();
					await world.do(() => file.sync());
				} else {
					const before = reference.now;
					world.restart(step.do);
					const content = [...((await world.content('/data/log')) ?? assert.fail('it is gone'))];
					if (step.do === 'crash') assert.deepEqual(content, before);
					else {
						reference.assertPossible(content);
						outcomes.add(content.length === before.length ? 'all' : 'less');
						if (content.includes(0)) outcomes.add('gap');
						reference.restart(content);
					}
					file = await world.do((disk) => disk.open('/data/log'));
				}
			}
		}),
		{ numRuns: 300 },
	);
	assert.deepEqual([...outcomes].sort(), ['all', 'gap', 'less']);
});

type NameStep = {
	readonly do: 'create' | 'rename' | 'remove' | 'sync' | 'power-loss' | 'crash';
	readonly name: string;
	readonly to: string;
};
const nameOf = fc.constantFrom('a', 'b', 'c', 'd');
const nameStep: fc.Arbitrary<NameStep> = fc.record({
	do: fc.constantFrom('create', 'create', 'rename', 'remove', 'sync', 'power-loss', 'crash'),
	name: nameOf,
	to: nameOf,
});

test('a power cut leaves names as they were at some moment since the folder was synced', async () => {
	await fc.assert(
		fc.asyncProperty(fc.nat(), fc.array(nameStep, { maxLength: 30 }), async (seed, steps) => {
			const world = new TestingDisk(seed);
			await world.do((disk) => disk.makeFolder('/data'));
			let history: (readonly string[])[] = [[]];
			const names = () => world.do((disk) => disk.list('/data'));
			for (const step of steps) {
				const path = `/data/${step.name}`;
				if (step.do === 'crash' || step.do === 'power-loss') {
					const before = history.at(-1) as readonly string[];
					world.restart(step.do);
					const left = (await names()) ?? [];
					if (step.do === 'crash') assert.deepEqual(left, before);
					else assert.ok(history.some((state) => String(state) === String(left)));
					if (step.do === 'power-loss') history = [left];
					continue;
				}
				await world.do(async (disk) => {
					if (step.do === 'create') await (await disk.open(path, { create: true })).close();
					if (step.do === 'remove') await disk.remove(path);
					if (step.do === 'rename') await disk.rename(path, `/data/${step.to}`).catch(() => {});
					if (step.do === 'sync') await disk.syncFolder('/data');
				});
				if (step.do === 'sync') history = [];
				history.push((await names()) ?? []);
			}
		}),
		{ numRuns: 200 },
	);
});

test('a rename replaces in one step: afterwards the old or the new content is there', async () => {
	const seen = new Set<string>();
	for (let seed = 0; seed < 40; seed++) {
		const world = new TestingDisk(seed);
		const old = await folderWith(world, '/data/config');
		await world.do(async (disk) => {
			await old.append(Buffer.from('old'));
			await old.sync();
			const file = await disk.open('/data/new', { create: true });
			await file.append(Buffer.from('new'));
			await file.sync();
			await disk.syncFolder('/data');
			await disk.rename('/data/new', '/data/config');
		});
		world.restart('power-loss');
		seen.add(String(await world.content('/data/config')));
	}
	assert.deepEqual([...seen].sort(), ['new', 'old']);
});

test('a sync covers what was asked for before it and nothing later', async () => {
	let later = 0;
	for (let seed = 0; seed < 60; seed++) {
		const world = new TestingDisk(seed);
		const file = await folderWith(world, '/data/log');
		await world.do(async () => {
			const appended = file.append(Buffer.from('before'));
			const synced = file.sync();
			const after = file.append(Buffer.from(' after'));
			await Promise.all([appended, synced, after]);
		});
		world.restart('power-loss');
		const text = (await world.content('/data/log'))?.toString() ?? '';
		assert.match(text, /^before/);
		if (text.length < 12) later += 1;
	}
	assert.ok(later > 20, `${later} of 60 lost what came later`);
});

test('changes take effect in the order in which they were asked for', async () => {
	const world = new TestingDisk();
	const file = await folderWith(world, '/data/log');
	await world.do(async () => {
		const all = Array.from({ length: 50 }, (_, i) => file.append(Buffer.from(`${i},`)));
		await Promise.all([...all, file.truncate(100), file.append(Buffer.from('end')), file.close()]);
	});
	const whole = Array.from({ length: 50 }, (_, i) => `${i},`).join('');
	assert.equal((await world.content('/data/log'))?.toString(), `${whole.slice(0, 100)}end`);
});

test('after a failed sync the open file refuses to write, and what it held may be lost for good', async () => {
	const world = new TestingDisk(1, [['disk.sync-failure', 100]]);
	const lost = [];
	for (let seed = 0; seed < 40; seed++) {
		const failing = new TestingDisk(seed, [['disk.sync-failure', 100]]);
		const file = await failing.do(async (disk) => {
			await disk.makeFolder('/data');
			return await disk.open('/data/log', { create: true });
		});
		await failing.do(() => file.append(Buffer.from('held')));
		const refused = failure('FLOTILLA_DISK_FAILED', 'unknown', /sync \/data\/log: EIO/);
		await assert.rejects(
			failing.do(() => file.sync()),
			refused,
		);
		await assert.rejects(
			failing.do(() => file.append(Buffer.from('x'))),
			refused,
		);
		await assert.rejects(
			failing.do(() => file.truncate(0)),
			refused,
		);
		failing.kernel.faults.heal();
		await assert.rejects(
			failing.do(() => file.sync()),
			refused,
		);
		const again = await failing.do((disk) => disk.open('/data/log'));
		await failing.do(async (disk) => {
			await again.append(Buffer.from(' on'));
			await again.sync();
			await disk.syncFolder('/data');
		});
		failing.restart('power-loss');
		const content = await failing.content('/data/log');
		assert.equal(content?.length, 7);
		if (!content.toString().startsWith('held')) lost.push(seed);
	}
	assert.ok(lost.length > 10, 'a later sync does not bring back what an earlier one lost');
	await assert.rejects(
		world.do(async (disk) => {
			await disk.makeFolder('/data');
			await disk.syncFolder('/data');
		}),
		failure('FLOTILLA_DISK_FAILED', 'unknown', /sync \/data: EIO/),
	);
});

test('a full disk leaves a torn piece, and refuses more until that is cut off', async () => {
	const sizes = new Set<number>();
	for (let seed = 0; seed < 10; seed++) {
		const world = new TestingDisk(seed, [['disk.full', 100]]);
		const file = await folderWith(world, '/data/log');
		const refused = failure('FLOTILLA_DISK_FULL', 'unknown', /append to \/data\/log: ENOSPC/);
		await assert.rejects(
			world.do(() => file.append(new Uint8Array(100))),
			refused,
		);
		sizes.add(await world.do(() => file.sizeBytes()));
		world.kernel.faults.heal();
		await assert.rejects(
			world.do(() => file.append(new Uint8Array(1))),
			refused,
		);
		await world.do(async () => {
			await file.truncate(0);
			await file.append(Buffer.from('fine'));
		});
		assert.equal((await world.content('/data/log'))?.toString(), 'fine');
	}
	assert.ok(sizes.size > 3);
});

test('reading fails now and then, without an effect', async () => {
	const world = new TestingDisk(1, [['disk.read-error', 100]]);
	const file = await folderWith(world, '/data/log');
	await assert.rejects(
		world.do(() => file.read(0, 1)),
		failure('FLOTILLA_DISK_FAILED', 'none', /read \/data\/log: EIO/),
	);
	assert.equal(world.kernel.faults.records[0]?.fault, 'disk.read-error');
});

test('what is not there, or is something else, is refused as by the real one', async () => {
	const world = new TestingDisk();
	const file = await folderWith(world, '/data/file');
	const refused = async (
		work: (disk: Disk) => Promise<unknown>,
		code: ErrorCode,
		effect: Effect,
	): Promise<void> => {
		await assert.rejects(world.do(work), failure(code, effect, /\/data|\/none/));
	};
	await refused((disk) => disk.open('/data/none'), 'FLOTILLA_DISK_FAILED', 'none');
	await refused((disk) => disk.open('/none/x', { create: true }), 'FLOTILLA_DISK_FAILED', 'none');
	await refused((disk) => disk.open('/data', { create: true }), 'FLOTILLA_DISK_DENIED', 'none');
	await refused((disk) => disk.rename('/none', '/data/x'), 'FLOTILLA_DISK_FAILED', 'unknown');
	await refused((disk) => disk.makeFolder('/data/file/x'), 'FLOTILLA_DISK_DENIED', 'none');
	await refused((disk) => disk.list('/data/file'), 'FLOTILLA_DISK_DENIED', 'none');
	await refused((disk) => disk.syncFolder('/none'), 'FLOTILLA_DISK_FAILED', 'unknown');
	await refused((disk) => disk.remove('/data'), 'FLOTILLA_DISK_DENIED', 'none');
	await world.do((disk) => disk.remove('/data/none'));
	await world.do((disk) => disk.makeFolder('/data/deep/er'));
	assert.deepEqual(await world.do((disk) => disk.list('/data')), ['deep', 'file']);
	assert.deepEqual(await world.do((disk) => disk.list('/')), ['data']);
	assert.equal(await world.do((disk) => disk.list('/none')), undefined);
	await world.do(async () => {
		await file.close();
		await file.close();
	});
	await refused(() => file.append(new Uint8Array(1)), 'FLOTILLA_DISK_FAILED', 'none');
});

test('a lock belongs to one process and ends with it', async () => {
	const world = new TestingDisk();
	const twin = testingProcess(world.kernel, 'a', 9);
	await folderWith(world, '/data/x');
	const lock = await world.do((disk) => disk.lock('/data/lock'));
	const locked = failure('FLOTILLA_LOCKED', 'none', /\/data\/lock is locked/);
	await assert.rejects(
		world.do(() => world.stored.of(twin).lock('/data/lock')),
		locked,
	);
	await world.do(async (disk) => {
		await lock.release();
		await lock.release();
		await disk.lock('/data/lock');
	});
	world.restart('crash');
	await world.do((disk) => disk.lock('/data/lock'));
	await assert.rejects(
		world.do((disk) => disk.lock('/data/lock')),
		locked,
	);
});

test('what was under way when the process died happens or not, and is answered never', async () => {
	let happened = 0;
	for (let seed = 0; seed < 60; seed++) {
		const world = new TestingDisk(seed);
		const file = await folderWith(world, '/data/log');
		let settled = false;
		void runAs(world.process, () => file.append(Buffer.from('x'))).finally(() => {
			settled = true;
		});
		world.restart('crash');
		void file.append(Buffer.from('y')).finally(() => {
			settled = true;
		});
		await run(world.kernel);
		const content = await world.content('/data/log');
		assert.equal(settled, false);
		assert.ok(content?.toString() === '' || content?.toString() === 'x');
		happened += content.length;
	}
	assert.ok(happened > 10 && happened < 50, `${happened} of 60`);
});

test('one seed gives one run, and the hash sees what is written', async () => {
	const hashes = [];
	for (const text of ['one', 'one', 'two']) {
		const world = new TestingDisk(5, ['disk.full', 'disk.sync-failure']);
		const file = await folderWith(world, '/data/log');
		await world.do(async () => {
			await file.append(Buffer.from(text)).catch(() => {});
			await file.sync().catch(() => {});
		});
		hashes.push(world.kernel.trace.hash);
	}
	assert.equal(hashes[0], hashes[1]);
	assert.notEqual(hashes[0], hashes[2]);
});
