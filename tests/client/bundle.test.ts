import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const GZIP_BYTES_MAX = 10_000;

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a page has that calls one service; the schema library is left to the page. */
const page = `
	import { contract, stream } from 'flotilla';
	import { httpClient, isDeclaredError, isFlotillaError } from 'flotilla/client';
	import { z } from 'zod';
	const Id = z.object({ id: z.string() });
	const Notes = contract('notes', {
		version: 1,
		queries: {
			get: { input: Id, output: Id, errors: { notFound: Id }, http: 'GET /notes/{id}', auth: 'public' },
			watch: { output: stream(Id), http: 'GET /notes', auth: 'public' },
		},
	});
	globalThis.page = { notes: httpClient(Notes), isDeclaredError, isFlotillaError };
`;

test('a contract and its client are small, and want nothing of Node', async () => {
	// Within the checkout, so that its packages are found.
	await mkdir(join(root, '.flotilla'), { recursive: true });
	const folder = await mkdtemp(join(root, '.flotilla', 'bundle-'));
	try {
		const entry = join(folder, 'page.ts');
		await writeFile(entry, page);
		const result = await build({
			root: folder,
			configFile: false,
			logLevel: 'error',
			resolve: { conditions: ['flotilla-src', 'browser', 'module'] },
			build: { write: false, rolldownOptions: { input: entry, external: ['zod', /^node:/] } },
		});
		assert.ok(!Array.isArray(result) && 'output' in result);
		const [chunk, ...others] = result.output;
		assert.deepEqual(others, []);
		assert.deepEqual(chunk.imports, ['zod']);
		assert.doesNotMatch(chunk.code, /node:|process\.|Buffer\b/);
		const bytes = gzipSync(chunk.code).length;
		assert.ok(bytes > 2_000 && bytes < GZIP_BYTES_MAX, `${bytes} bytes`);
	} finally {
		await rm(folder, { recursive: true });
	}
});
