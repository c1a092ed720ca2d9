import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Disk, DiskLock } from '../host/disk.ts';

/** What this version writes into a data folder. A newer one is refused, an older one opens. */
const formatVersion = 1;

/** A data folder that this process has locked. */
export interface DataFolder {
	readonly path: string;
	release(): Promise<void>;
}

/**
 * Opens a data folder: makes it when missing, locks it for as long as this process lives, and checks
 * whose it is before anything in it is touched.
 *
 * @throws {FlotillaError} `FLOTILLA_LOCKED`, `FLOTILLA_DATA_NEWER`, `FLOTILLA_DATA_FOREIGN`, or a
 *   failure of the disk. The data is as it was.
 */
export async function openDataFolder(disk: Disk, path: string, app: string): Promise<DataFolder> {
	await disk.makeFolder(path);
	const lock = await lockFolder(disk, path);
	try {
		const description = await readDescription(disk, `${path}/flotilla.json`);
		if (description === undefined) await describe(disk, path, app);
		else checkDescription(description, path, app);
		return { path, release: () => lock.release() };
	} catch (error) {
		await lock.release();
		throw error;
	}
}

/**
 * Writes a small file so that it is there whole or not at all, whatever happens meanwhile.
 *
 * @param mode Permission bits, such as 0o600.
 */
export async function writeWhole(
	disk: Disk,
	folder: string,
	name: string,
	text: string,
	mode: number,
): Promise<void> {
	const temporary = `${folder}/${name}.new`;
	await disk.remove(temporary);
	const file = await disk.open(temporary, { create: true, mode });
	try {
		await file.append(new TextEncoder().encode(text));
		await file.sync();
	} finally {
		await file.close();
	}
	await disk.rename(temporary, `${folder}/${name}`);
	await disk.syncFolder(folder);
}

/** A small file's text; `undefined` when there is no such file. */
export async function readWhole(
	disk: Disk,
	folder: string,
	name: string,
): Promise<string | undefined> {
	if (!(await disk.list(folder))?.includes(name)) return undefined;
	const file = await disk.open(`${folder}/${name}`);
	try {
		return new TextDecoder().decode(await file.read(0, await file.sizeBytes()));
	} finally {
		await file.close();
	}
}

async function lockFolder(disk: Disk, path: string): Promise<DiskLock> {
	try {
		return await disk.lock(`${path}/lock`);
	} catch (cause) {
		if ((cause as FlotillaError).code !== 'FLOTILLA_LOCKED') throw cause;
		const message = `The data folder ${path} is used by another process.`;
		throw new FlotillaError('FLOTILLA_LOCKED', message, { details: { path }, cause });
	}
}

async function readDescription(disk: Disk, file: string): Promise<string | undefined> {
	const at = file.lastIndexOf('/');
	return readWhole(disk, file.slice(0, at), file.slice(at + 1));
}

async function describe(disk: Disk, path: string, app: string): Promise<void> {
	const description = { format: formatVersion, app };
	await writeWhole(disk, path, 'flotilla.json', `${JSON.stringify(description)}\n`, 0o644);
}

function checkDescription(text: string, path: string, app: string): void {
	let description: { format?: unknown; app?: unknown };
	try {
		description = JSON.parse(text);
	} catch (cause) {
		const message = `${path}/flotilla.json cannot be read.`;
		throw new FlotillaError('FLOTILLA_DATA_FOREIGN', message, { cause });
	}
	const { format, app: owner } = description ?? {};
	if (typeof format !== 'number' || typeof owner !== 'string') {
		const message = `${path}/flotilla.json says neither its format nor its app.`;
		throw new FlotillaError('FLOTILLA_DATA_FOREIGN', message);
	}
	if (format > formatVersion) {
		const message = `The data folder ${path} has format ${format}; this version knows ${formatVersion}.`;
		throw new FlotillaError('FLOTILLA_DATA_NEWER', message);
	}
	if (owner !== app) {
		const message = `The data folder ${path} belongs to the app '${owner}', not to '${app}'.`;
		throw new FlotillaError('FLOTILLA_DATA_FOREIGN', message);
	}
}
