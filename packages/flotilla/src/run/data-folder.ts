import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Disk, DiskLock } from '../host/disk.ts';

/** What this version writes into a data folder. A newer one is refused, an older one opens. */
const formatVersion = 1;

const descriptionFile = 'flotilla.json';

/** A data folder that this process has locked. */
export interface DataFolder {
	readonly path: string;
	/** The embedded databases that have been made in it. */
	readonly databases: readonly string[];
	/** Writes down that these have been made. */
	keep(databases: readonly string[]): Promise<void>;
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
		const text = await readWhole(disk, path, descriptionFile);
		if (text === undefined) await refuseUnknownDatabases(disk, path);
		const databases = text === undefined ? [] : checkDescription(text, path, app);
		if (text === undefined) await describe(disk, path, app, databases);
		return {
			path,
			databases,
			keep: async (made) => {
				if (made.some((name) => !databases.includes(name))) {
					await describe(disk, path, app, [...new Set([...databases, ...made])].sort());
				}
			},
			release: () => lock.release(),
		};
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

async function describe(
	disk: Disk,
	path: string,
	app: string,
	databases: readonly string[],
): Promise<void> {
	const text = `${JSON.stringify({ format: formatVersion, app, databases })}\n`;
	await writeWhole(disk, path, descriptionFile, text, 0o600);
}

/** Without its description, nobody knows whose the databases in a folder are, or how old. */
async function refuseUnknownDatabases(disk: Disk, path: string): Promise<void> {
	const found = (await disk.list(path))?.find((name) => name.endsWith('.sqlite'));
	if (found === undefined) return;
	throw new FlotillaError(
		'FLOTILLA_DATA_FOREIGN',
		`The folder ${path} holds '${found}', but no ${descriptionFile} that says whose it is.`,
	);
}

/** The databases that a description names. */
function checkDescription(text: string, path: string, app: string): readonly string[] {
	let description: { format?: unknown; app?: unknown; databases?: unknown };
	try {
		description = JSON.parse(text);
	} catch (cause) {
		const message = `${path}/${descriptionFile} cannot be read.`;
		throw new FlotillaError('FLOTILLA_DATA_FOREIGN', message, { cause });
	}
	const { format, app: owner, databases = [] } = description ?? {};
	// First of all: of what a newer version writes, nothing else need be as it is today.
	if (typeof format === 'number' && format > formatVersion) {
		const message = `The data folder ${path} has format ${format}; this version knows ${formatVersion}.`;
		throw new FlotillaError('FLOTILLA_DATA_NEWER', message);
	}
	const names = Array.isArray(databases) && databases.every((name) => typeof name === 'string');
	if (typeof format !== 'number' || typeof owner !== 'string' || !names) {
		const message = `${path}/${descriptionFile} says neither its format nor its app.`;
		throw new FlotillaError('FLOTILLA_DATA_FOREIGN', message);
	}
	if (owner !== app) {
		const message = `The data folder ${path} belongs to the app '${owner}', not to '${app}'.`;
		throw new FlotillaError('FLOTILLA_DATA_FOREIGN', message);
	}
	return databases as readonly string[];
}
