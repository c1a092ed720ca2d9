import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { folder } from './index.ts';

/** Everybody who opens the page of a gateway loads all of it. */
const MOST_BYTES = 25_000;

test('the whole page is smaller than most pictures', () => {
	const root = fileURLToPath(folder);
	const files = globSync('**/*.*', { cwd: root });
	assert.ok(files.includes('index.html'), files.join());
	const sizes = files.map((file) => gzipSync(readFileSync(join(root, file)), { level: 9 }).length);
	const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
	assert.ok(sizeBytes < MOST_BYTES, `${sizeBytes} bytes`);
});
