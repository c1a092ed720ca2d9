import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it, for this user only, so that they are still there after a power
 * cut. Level by level: where nothing can be made, as below /proc, Node's own recursion never ends.
 */
export async function makeFolderDurably(path: string): Promise<void> {
	const missing: string[] = [];
	for (let folder = resolve(path); !(await isFolder(folder)); folder = dirname(folder)) {
		missing.unshift(folder);
	}
	for (const folder of missing) {
		await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
			// Somebody else was faster.
			if (error.code !== 'EEXIST') throw error;
		});
		await syncFolder(dirname(folder));
	}
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
	// Windows cannot open a folder; its journal keeps names in order without being asked.
	if (process.platform === 'win32') return;
	const folder = await open(path, 'r');
	try {
		await folder.sync();
	} finally {
		await folder.close();
	}
}

/** Rejects with `ENOTDIR` when the path is a file, or lies below one. */
async function isFolder(path: string): Promise<boolean> {
	const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return undefined;
		throw error;
	});
	if (found === undefined) return false;
	if (found.isDirectory()) return true;
	throw Object.assign(new Error(`${path} is a file, not a folder`), { code: 'ENOTDIR' });
}
