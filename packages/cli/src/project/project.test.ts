import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findProject, moduleOf, type Project } from './project.ts';

/** A folder with empty files. */
function inFolder(files: readonly string[], use: (folder: string) => void): void {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), 'project-')));
	try {
		for (const file of files) {
			mkdirSync(dirname(join(folder, file)), { recursive: true });
			writeFileSync(join(folder, file), '');
		}
		use(folder);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** The paths of a project, without that of the folder. */
function shown(project: Project, folder: string): Readonly<Record<string, string | undefined>> {
	const short = (path: string | undefined) => path?.slice(folder.length + 1);
	return {
		folder: short(project.folder) || '.',
		configFile: short(project.configFile),
		module: short(project.module),
		usualModule: short(project.usualModule),
	};
}

test('a folder has its configuration, else app.ts, else src/app.ts', () => {
	inFolder(
		['one/flotilla.config.ts', 'one/src/app.ts', 'two/app.js', 'two/src/app.ts'],
		(folder) => {
			assert.deepEqual(shown(findProject('one', folder), folder), {
				folder: 'one',
				configFile: 'one/flotilla.config.ts',
				module: undefined,
				usualModule: 'one/src/app.ts',
			});
			assert.equal(shown(findProject('two', folder), folder).usualModule, 'two/app.js');
			assert.throws(
				() => findProject('.', folder),
				/no flotilla\.config\.ts, app\.ts or src\/app\.ts/,
			);
			assert.throws(() => findProject('three', folder), /no file or folder three/);
		},
	);
});

test('without a path it is the current folder, or that of its package', () => {
	inFolder(['package.json', 'src/app.ts', 'src/orders/place.ts'], (folder) => {
		const found = shown(findProject(undefined, join(folder, 'src/orders')), folder);
		assert.equal(found.usualModule, 'src/app.ts');
		assert.equal(found.folder, '.');
		assert.throws(() => findProject('.', join(folder, 'src/orders')), /There is no/);
	});
});

test('a module belongs to the nearest configuration or package, whose app it replaces', () => {
	inFolder(
		['package.json', 'shop/flotilla.config.mjs', 'shop/src/other.ts', 'lib/a.ts'],
		(folder) => {
			assert.deepEqual(shown(findProject('shop/src/other.ts', folder), folder), {
				folder: 'shop',
				configFile: 'shop/flotilla.config.mjs',
				module: 'shop/src/other.ts',
				usualModule: undefined,
			});
			assert.equal(shown(findProject('lib/a.ts', folder), folder).folder, '.');
			const byConfig = shown(findProject('shop/flotilla.config.mjs', folder), folder);
			assert.equal(byConfig.module, undefined);
			assert.equal(byConfig.configFile, 'shop/flotilla.config.mjs');
		},
	);
});

test('the module that was typed comes first, then the configured one, then the usual one', () => {
	const project = { folder: '/a', configFile: undefined, module: '/m', usualModule: '/u' };
	assert.equal(moduleOf(project, '/c'), '/m');
	assert.equal(moduleOf({ ...project, module: undefined }, '/c'), '/c');
	assert.equal(moduleOf({ ...project, module: undefined }, undefined), '/u');
	const none = { ...project, module: undefined, usualModule: undefined };
	assert.throws(() => moduleOf(none, undefined), /names no app/);
});
