import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtempDisposable, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isFlotillaError } from '../../errors/flotilla-error.ts';
import { NodeDisk } from './disk.ts';
import { diskError } from './disk-error.ts';

const disk = new NodeDisk();
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);
const temporaryFolder = () => mkdtempDisposable(join(tmpdir(), 'flotilla-disk-'));

test('what was appended is read back, from any offset and no further than the end', async () => {
	await using folder = await temporaryFolder();
	const file = await disk.open(join(folder.path, 'log'), { create: true });
	await file.append(bytes('hello '));
	await file.append(bytes('world'));
	assert.equal(await file.sizeBytes(), 11);
	assert.equal(text(await file.read(0, 100)), 'hello world');
	assert.equal(text(await file.read(6, 3)), 'wor');
	assert.equal((await file.read(11, 5)).length, 0);
	assert.equal(Object.getPrototypeOf(await file.read(0, 1)), Uint8Array.prototype);
	await file.sync();
	await file.close();
});

test('opening appends to what is there, and makes nothing unless asked to', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'log');
	await assert.rejects(disk.open(path), (error: Error) => {
		assert.ok(isFlotillaError(error, 'FLOTILLA_DISK_FAILED'));
		assert.equal(error.effect, 'none');
		assert.ok(error.message.includes(path));
		return true;
	});
	await writeFile(path, 'old ');
	const file = await disk.open(path);
	await file.append(bytes('new'));
	await file.close();
	assert.equal(await readFile(path, 'utf8'), 'old new');
});

test('a new file has the permissions that were asked for', { skip: onWindows() }, async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'secret');
	await (await disk.open(path, { create: true, mode: 0o600 })).close();
	assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test('appends and cuts take effect in the order of their calls, also when nobody waits', async () => {
	await using folder = await temporaryFolder();
	const file = await disk.open(join(folder.path, 'log'), { create: true });
	const lines = Array.from({ length: 200 }, (_, i) => `${i}\n`);
	const appends = lines.map((line) => file.append(bytes(line)));
	const cut = file.truncate(2);
	const last = file.append(bytes('end'));
	await Promise.all([...appends, cut, last, file.sync()]);
	assert.equal(text(await file.read(0, 100)), '0\nend');
	await file.close();
});

test('a cut beyond the end does not make the file longer', async () => {
	await using folder = await temporaryFolder();
	const file = await disk.open(join(folder.path, 'log'), { create: true });
	await file.append(bytes('abc'));
	await file.truncate(10);
	assert.equal(await file.sizeBytes(), 3);
	await file.close();
});

test('closing waits for what was issued, can be repeated, and ends the file', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'log');
	const file = await disk.open(path, { create: true });
	const append = file.append(bytes('last'));
	await Promise.all([file.close(), file.close()]);
	await append;
	assert.equal(await readFile(path, 'utf8'), 'last');
	for (const use of [() => file.append(bytes('x')), () => file.read(0, 1), () => file.sync()]) {
		await assert.rejects(use, (error) => isFlotillaError(error, 'FLOTILLA_DISK_FAILED'));
	}
});

test('a full disk is named, and appends stay refused until the file is cut', {
	skip: existsSync('/dev/full') ? false : 'needs /dev/full',
}, async () => {
	const file = await disk.open('/dev/full');
	const [first, behind] = await Promise.allSettled([
		file.append(bytes('x')),
		file.append(bytes('y')),
	]);
	assert.ok(first.status === 'rejected' && isFlotillaError(first.reason, 'FLOTILLA_DISK_FULL'));
	assert.ok(behind.status === 'rejected' && behind.reason === first.reason);
	await file.truncate(0);
	const again = await file.append(bytes('z')).catch((error) => error);
	assert.ok(isFlotillaError(again, 'FLOTILLA_DISK_FULL') && again !== first.reason);
	await file.close();
});

test('a failed sync is never tried again, and nothing is written after it', {
	skip: existsSync('/dev/null') ? false : 'needs /dev/null',
}, async () => {
	// A device that cannot be synced.
	const file = await disk.open('/dev/null');
	const failed = await file.sync().catch((error) => error);
	assert.ok(isFlotillaError(failed, 'FLOTILLA_DISK_FAILED'));
	assert.equal(await file.sync().catch((error) => error), failed);
	assert.equal(await file.append(bytes('x')).catch((error) => error), failed);
	await file.close();
});

test('errors of the operating system keep their meaning', () => {
	const codes = { ENOSPC: 'FULL', EDQUOT: 'FULL', EACCES: 'DENIED', EPERM: 'DENIED' };
	const all = { ...codes, EROFS: 'DENIED', EIO: 'FAILED', EMFILE: 'FAILED' };
	for (const [code, name] of Object.entries(all)) {
		const cause = Object.assign(new Error(`${code}: no`), { code });
		const error = diskError(cause, { action: 'read', path: '/a/b' });
		assert.equal(error.code, `FLOTILLA_DISK_${name}`);
		assert.ok(error.message.includes('/a/b'));
		assert.equal(error.cause, cause);
	}
});

test('folders are made with those above, listed in order, and synced', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'a', 'b');
	assert.equal(await disk.list(path), undefined);
	await disk.makeFolder(path);
	await disk.makeFolder(path);
	for (const name of ['c', 'B', 'a']) await writeFile(join(path, name), '');
	assert.deepEqual(await disk.list(path), ['B', 'a', 'c']);
	await disk.syncFolder(path);
	await assert.rejects(disk.list(join(path, 'a')), (error) => isFlotillaError(error));
	await assert.rejects(disk.syncFolder(join(folder.path, 'none')), (error) =>
		isFlotillaError(error),
	);
});

test('renaming replaces, removing what is missing is fine', async () => {
	await using folder = await temporaryFolder();
	const [from, to] = [join(folder.path, 'new'), join(folder.path, 'current')];
	await writeFile(from, 'new');
	await writeFile(to, 'old');
	await disk.rename(from, to);
	assert.equal(await readFile(to, 'utf8'), 'new');
	await assert.rejects(disk.rename(from, to), (error) =>
		isFlotillaError(error, 'FLOTILLA_DISK_FAILED'),
	);
	await disk.remove(to);
	await disk.remove(to);
	assert.deepEqual(await readdir(folder.path), []);
});

test('a lock has one holder at a time, in this process too, and leaves nothing but its file', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'lock');
	const lock = await disk.lock(path);
	await assert.rejects(disk.lock(path), (error) => isFlotillaError(error, 'FLOTILLA_LOCKED'));
	assert.deepEqual(await readdir(folder.path), ['lock']);
	await lock.release();
	await lock.release();
	await (await disk.lock(path)).release();
	assert.deepEqual(await readdir(folder.path), ['lock']);
	assert.equal((await stat(path)).size, 0);
});

test('a lock dies with its process, even when that is killed', { skip: onWindows() }, async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'lock');
	const script = `
		import { NodeDisk } from ${JSON.stringify(new URL('./disk.ts', import.meta.url).href)};
		await new NodeDisk().lock(${JSON.stringify(path)});
		globalThis.gc();
		process.stdout.write('held');
		setInterval(() => {}, 1_000);
	`;
	const child = spawn(
		process.execPath,
		['--expose-gc', '--conditions=flotilla-src', '--input-type=module', '--eval', script],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	);
	try {
		assert.equal(String((await once(child.stdout, 'data'))[0]), 'held');
		await assert.rejects(disk.lock(path), (error) => isFlotillaError(error, 'FLOTILLA_LOCKED'));
	} finally {
		child.kill('SIGKILL');
		await once(child, 'exit');
	}
	await (await disk.lock(path)).release();
	assert.deepEqual(await readdir(folder.path), ['lock']);
});

test('a lock that cannot be made says why', async () => {
	await using folder = await temporaryFolder();
	const missing = join(folder.path, 'none', 'lock');
	await assert.rejects(disk.lock(missing), (error: Error) => {
		assert.ok(isFlotillaError(error, 'FLOTILLA_DISK_FAILED'));
		assert.match(error.message, /ENOENT/);
		return true;
	});
	const other = join(folder.path, 'notes.txt');
	await writeFile(other, 'not a lock'.repeat(100));
	await assert.rejects(disk.lock(other), (error) => isFlotillaError(error, 'FLOTILLA_DISK_FAILED'));
	assert.equal(await readFile(other, 'utf8'), 'not a lock'.repeat(100));
});

function onWindows(): string | false {
	return process.platform === 'win32' ? 'POSIX only' : false;
}
