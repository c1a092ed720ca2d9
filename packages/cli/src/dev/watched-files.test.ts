import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileVersion } from './file-version.ts';
import { WatchedFiles } from './watched-files.ts';

async function inFolder(
	use: (folder: string, files: WatchedFiles) => Promise<void>,
): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'watched-'));
	try {
		using files = new WatchedFiles();
		await use(folder, files);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

test('a file that is written, replaced or removed has changed, its neighbours have not', async () => {
	await inFolder(async (folder, files) => {
		const path = join(folder, 'a.ts');
		writeFileSync(path, '1');
		files.use(path, fileVersion(path));
		writeFileSync(join(folder, 'neighbour.ts'), '1');
		writeFileSync(path, '22');
		assert.deepEqual(await files.changes(), [path]);
		writeFileSync(join(folder, 'new'), '333');
		renameSync(join(folder, 'new'), path);
		assert.deepEqual(await files.changes(), [path]);
		rmSync(path);
		assert.deepEqual(await files.changes(), [path]);
		writeFileSync(path, '4444');
		assert.deepEqual(await files.changes(), [path]);
	});
});

test('a change between the moment it was read and the moment it is watched is not missed', async () => {
	await inFolder(async (folder, files) => {
		const path = join(folder, 'a.ts');
		writeFileSync(path, '1');
		const version = fileVersion(path);
		writeFileSync(path, '22');
		files.use(path, version);
		assert.deepEqual(await files.changes(), [path]);
	});
});

test('several files that are saved together are one change', async () => {
	await inFolder(async (folder, files) => {
		const paths = ['a.ts', 'b.ts', 'c.ts'].map((name) => join(folder, name));
		for (const path of paths) {
			writeFileSync(path, '1');
			files.use(path, fileVersion(path));
		}
		for (const path of paths) writeFileSync(path, '22');
		assert.deepEqual((await files.changes()).toSorted(), paths);
	});
});

test('a file that is not there yet is waited for, also in a folder that is not there', async () => {
	await inFolder(async (folder, files) => {
		const path = join(folder, 'new/deep/a.ts');
		files.use(path, fileVersion(path));
		const last = join(folder, 'last.ts');
		files.use(last, fileVersion(last));
		mkdirSync(join(folder, 'new'));
		writeFileSync(last, '1');
		assert.deepEqual(await files.changes(), [last], 'it has seen the new folder');
		mkdirSync(join(folder, 'new/deep'));
		writeFileSync(path, '1');
		assert.deepEqual(await files.changes(), [path]);
	});
});

test('a file that is no longer used does not count', async () => {
	await inFolder(async (folder, files) => {
		const [one, two] = [join(folder, 'one.ts'), join(folder, 'two.ts')];
		for (const path of [one, two]) {
			writeFileSync(path, '1');
			files.use(path, fileVersion(path));
		}
		files.keepOnly(new Set([two]));
		writeFileSync(one, '22');
		writeFileSync(two, '22');
		assert.deepEqual(await files.changes(), [two]);
	});
});
