import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { digestOf, publishedPackages, removeLeftovers } from './package-files.ts';

/** A repository with those files, and a look at it. */
function inRepository(files: Readonly<Record<string, string>>, use: (root: string) => void): void {
	const root = mkdtempSync(join(tmpdir(), 'pack-'));
	try {
		for (const [path, text] of Object.entries(files)) {
			mkdirSync(dirname(join(root, path)), { recursive: true });
			writeFileSync(join(root, path), text);
		}
		use(root);
	} finally {
		rmSync(root, { recursive: true });
	}
}

const manifest = (name: string, more: object = {}): string =>
	JSON.stringify({ name, version: '1.2.3', ...more });

test('what is published has a tarball by its name, and says what it needs', () => {
	const files = {
		'packages/a/package.json': manifest('@flotilla/a', {
			dependencies: { flotilla: '1', zod: '4' },
		}),
		'packages/flotilla/package.json': manifest('flotilla'),
		'packages/secret/package.json': manifest('@flotilla/secret', { private: true }),
		'packages/engines/b/package.json': manifest('@flotilla/b'),
		'examples/c/package.json': manifest('@shop/c'),
	};
	inRepository(files, (root) => {
		const found = publishedPackages(root).map(({ name, tarball, needs }) => [
			name,
			tarball,
			...needs,
		]);
		assert.deepEqual(found.sort(), [
			['@flotilla/a', 'flotilla-a-1.2.3.tgz', 'flotilla'],
			['@flotilla/b', 'flotilla-b-1.2.3.tgz'],
			['flotilla', 'flotilla-1.2.3.tgz'],
		]);
	});
});

test('what the compiler made of a source that is gone is removed, and nothing else', () => {
	const kept = ['a.js', 'a.js.map', 'a.d.ts', 'a.d.ts.map', 'deep/b.js', 'page/bundle.js'];
	const gone = ['old.js', 'old.d.ts.map', 'deep/a.js'];
	const made = [...kept, ...gone].map((path) => [`packages/a/dist/${path}`, ''] as const);
	const files = {
		'packages/a/package.json': manifest('a'),
		'packages/a/src/a.ts': '',
		'packages/a/src/deep/b.tsx': '',
		...Object.fromEntries(made),
	};
	inRepository(files, (root) => {
		for (const one of publishedPackages(root)) removeLeftovers(one);
		const isThere = (path: string) => existsSync(join(root, 'packages/a/dist', path));
		assert.deepEqual(kept.filter(isThere), kept);
		assert.deepEqual(gone.filter(isThere), []);
	});
});

test('a package is stale when a file of it has changed, and only then', () => {
	const files = { 'packages/a/package.json': manifest('a'), 'packages/a/dist/a.js': 'one' };
	inRepository(files, (root) => {
		const digest = () => publishedPackages(root).map(digestOf).join();
		const before = digest();
		writeFileSync(join(root, 'packages/a/dist/a.js'), 'one');
		mkdirSync(join(root, 'packages/a/node_modules'));
		writeFileSync(join(root, 'packages/a/node_modules/x.js'), 'of others');
		writeFileSync(join(root, 'packages/a/dist/.tsbuildinfo'), 'of a tool');
		assert.equal(digest(), before);
		writeFileSync(join(root, 'packages/a/dist/a.js'), 'two');
		assert.notEqual(digest(), before);
	});
});
