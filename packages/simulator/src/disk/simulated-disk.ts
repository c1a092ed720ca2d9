import { dirname, resolve } from 'node:path';
import { type Disk, type DiskFile, type DiskLock, FlotillaError } from 'flotilla/adapter';
import { hashOf } from '../kernel/chance.ts';
import { faultScope } from '../kernel/fault-decisions.ts';
import type { Kernel, SimulatedProcess } from '../kernel/kernel.ts';
import { diskError } from './disk-error.ts';
import { Names } from './names.ts';
import { type Operation, Operations } from './operations.ts';
import { SimulatedDiskFile, syncFailureShare } from './simulated-disk-file.ts';
import { type Fate, StoredFile } from './stored-file.ts';

export interface SimulatedDiskOptions {
	readonly kernel: Kernel;
	/** The machine that it belongs to. */
	readonly machine: string;
}

const fateSalt = hashOf('fate of an unsynced change');
const namesSalt = hashOf('fate of unsynced names');

/**
 * The disk of a machine; it outlives processes. When a process crashes everything stays that the disk has
 * been told. When the power goes, what was not synced is lost, torn or kept, each change by a chance of
 * its own, and unsynced changes of names are lost from some point on.
 */
export class SimulatedDisk {
	readonly #kernel: Kernel;
	readonly #machine: string;
	readonly #names = new Names();
	readonly #locks = new Map<string, SimulatedProcess>();
	readonly #operations: Operations;
	#files = 0;
	#powerLosses = 0;

	constructor({ kernel, machine }: SimulatedDiskOptions) {
		this.#kernel = kernel;
		this.#machine = machine;
		this.#operations = new Operations(kernel, machine);
	}

	/** The disk as a process has it. */
	of(process: SimulatedProcess): Disk {
		return new ProcessDisk({
			process,
			names: this.#names,
			locks: this.#locks,
			operations: this.#operations,
			makeFile: () => new StoredFile(this.#files++),
		});
	}

	/**
	 * What the process had under way is done or not, by chance; its locks are free. Without a process it
	 * is the power alone that goes.
	 */
	processDied(process: SimulatedProcess | undefined, how: 'crash' | 'power-loss'): void {
		if (process !== undefined) this.#operations.processDied(process);
		for (const [path, holder] of this.#locks) if (holder === process) this.#locks.delete(path);
		if (how === 'power-loss') this.#losePower();
	}

	#losePower(): void {
		const { chance } = this.#kernel;
		const time = this.#powerLosses++;
		for (const file of this.#names.files()) {
			const scope = hashOf(`${this.#machine} ${file.id} ${time}`);
			file.losePower((number) => fateOf(chance.draw(scope ^ fateSalt, number)));
		}
		this.#names.losePower(chance.draw(hashOf(this.#machine) ^ namesSalt, time));
		this.#kernel.note(
			this.#machine,
			'disk',
			time,
			() => 'what was not synced is lost, torn or kept',
		);
	}
}

function fateOf(draw: number): Fate {
	if (draw < 1 / 3) return 'whole';
	if (draw < 2 / 3) return 'lost';
	return { share: draw * 3 - 2 };
}

interface ProcessDiskOptions {
	readonly process: SimulatedProcess;
	readonly names: Names;
	readonly locks: Map<string, SimulatedProcess>;
	readonly operations: Operations;
	readonly makeFile: () => StoredFile;
}

/** How long operations take: on names, and a sync. */
const nameMs = 0.05;
const syncMs = 0.5;

class ProcessDisk implements Disk {
	readonly #options: ProcessDiskOptions;

	constructor(options: ProcessDiskOptions) {
		this.#options = options;
	}

	open(path: string, { create = false } = {}): Promise<DiskFile> {
		const { names, operations, process, makeFile } = this.#options;
		const name = resolve(path);
		const attempt = { action: 'open', path, effect: 'none' } as const;
		return this.#run('open', name, nameMs, () => {
			if (names.isFolder(name)) throw diskError('EISDIR', attempt);
			let file = names.file(name);
			if (file === undefined) {
				if (!create) throw diskError('ENOENT', attempt);
				this.#needFolderOf(name, attempt);
				file = makeFile();
				names.create(name, file);
			}
			return new SimulatedDiskFile({ path, file, process, operations });
		});
	}

	rename(from: string, to: string): Promise<void> {
		const { names } = this.#options;
		const attempt = { action: `rename to ${to}`, path: from };
		return this.#run('rename', `${from} ${to}`, nameMs, () => {
			const [source, target] = [resolve(from), resolve(to)];
			if (names.file(source) === undefined) throw diskError('ENOENT', attempt);
			if (names.isFolder(target)) throw diskError('EISDIR', attempt);
			this.#needFolderOf(target, attempt);
			names.rename(source, target);
		});
	}

	remove(path: string): Promise<void> {
		const { names } = this.#options;
		const name = resolve(path);
		return this.#run('remove', name, nameMs, () => {
			if (names.isFolder(name)) throw diskError('EISDIR', { action: 'remove', path });
			if (names.file(name) !== undefined) names.remove(name);
		});
	}

	makeFolder(path: string): Promise<void> {
		const { names } = this.#options;
		const attempt = { action: 'make the folder', path, effect: 'none' } as const;
		return this.#run('make folder', path, syncMs, () => {
			for (const folder of upwards(resolve(path))) {
				if (names.file(folder) !== undefined) throw diskError('ENOTDIR', attempt);
			}
			for (const folder of upwards(resolve(path))) names.makeFolder(folder);
		});
	}

	list(path: string): Promise<readonly string[] | undefined> {
		const { names } = this.#options;
		const name = resolve(path);
		return this.#run('list', name, nameMs, () => {
			if (names.file(name) !== undefined) {
				throw diskError('ENOTDIR', { action: 'list', path, effect: 'none' });
			}
			return names.isFolder(name) ? names.list(name) : undefined;
		});
	}

	syncFolder(path: string): Promise<void> {
		const { names, operations } = this.#options;
		const name = resolve(path);
		return this.#run('sync folder', name, syncMs, ({ number }) => {
			const attempt = { action: 'sync', path };
			if (names.file(name) !== undefined) throw diskError('ENOTDIR', attempt);
			if (!names.isFolder(name)) throw diskError('ENOENT', attempt);
			const scope = faultScope(`${operations.machine}:${name}`);
			if (operations.strikes('disk.sync-failure', scope, number, syncFailureShare)) {
				throw diskError('EIO', attempt);
			}
			names.sync(name);
		});
	}

	lock(path: string): Promise<DiskLock> {
		const { names, locks, process, makeFile } = this.#options;
		const name = resolve(path);
		const attempt = { action: 'lock', path, effect: 'none' } as const;
		return this.#run('lock', name, nameMs, () => {
			if (names.isFolder(name)) throw diskError('EISDIR', attempt);
			if (locks.has(name)) {
				throw new FlotillaError('FLOTILLA_LOCKED', `${path} is locked by another process.`, {
					details: { path },
				});
			}
			this.#needFolderOf(name, attempt);
			if (names.file(name) === undefined) names.create(name, makeFile());
			// The process may have died while this was under way: then nobody holds it.
			if (process.alive) locks.set(name, process);
			let held = true;
			const release = (): Promise<void> =>
				this.#run('unlock', name, nameMs, () => {
					if (held) locks.delete(name);
					held = false;
				});
			return { release };
		});
	}

	#needFolderOf(name: string, attempt: Parameters<typeof diskError>[1]): void {
		if (!this.#options.names.isFolder(dirname(name))) throw diskError('ENOENT', attempt);
	}

	#run<T>(
		kind: string,
		digest: string,
		lastsMs: number,
		perform: (operation: Operation) => T,
	): Promise<T> {
		const { operations, process } = this.#options;
		return operations.run(process, { kind, digest, lastsMs, perform });
	}
}

/** A folder and those above it. */
function upwards(path: string): string[] {
	const above = dirname(path);
	return above === path ? [path] : [path, ...upwards(above)];
}
