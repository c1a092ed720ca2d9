import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { folder } from './index.ts';

/**
 * Two thirds of it are what any page has that calls services by their contracts: zod with its JSON
 * Schemas 24 kB, contracts and client 10 kB, Preact and signals 8 kB.
 */
const SCRIPTS_GZIP_BYTES_MAX = 60_000;
const STYLES_GZIP_BYTES_MAX = 6_000;

function gzipBytes(pattern: string): number {
	const files = globSync(pattern, { cwd: folder }).map((path) => join(fileURLToPath(folder), path));
	assert.ok(files.length > 0, `there is no ${pattern} of the page: npm run pages`);
	return files.reduce((sum, path) => sum + gzipSync(readFileSync(path), { level: 9 }).length, 0);
}

test('the page is small enough for a slow line', () => {
	const scripts = gzipBytes('assets/*.js');
	assert.ok(scripts > 40_000 && scripts < SCRIPTS_GZIP_BYTES_MAX, `${scripts} bytes of scripts`);
	const styles = gzipBytes('assets/*.css');
	assert.ok(styles > 2_000 && styles < STYLES_GZIP_BYTES_MAX, `${styles} bytes of styles`);
});

test('the page is two files and an icon, none of them of another origin', () => {
	const files = globSync('**/*.*', { cwd: folder }).map((path) => basename(path));
	const kinds = files.map((name) => name.slice(name.lastIndexOf('.'))).sort();
	assert.deepEqual(kinds, ['.css', '.html', '.js', '.svg']);
	const html = readFileSync(new URL('index.html', folder), 'utf8');
	assert.doesNotMatch(html, /(?:src|href)="(?:https?:)?\/\//);
});
