import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { installedTarballs } from './installed-tarballs.ts';

const folder = mkdtempSync(join(tmpdir(), 'installed-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'node_modules'));
const modules = pathToFileURL(join(folder, 'node_modules/'));

function installed(packages: object): void {
	writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
}

const find = () => installedTarballs(['@flotilla/cli'], modules);

test('packages that came as tarballs are found, with those that they need', () => {
	installed({
		'node_modules/@flotilla/cli': {
			resolved: 'file:../packs/cli.tgz',
			dependencies: { flotilla: '0.1.0', commander: '14.0.2' },
		},
		'node_modules/flotilla': { resolved: 'file:../packs/flotilla.tgz' },
		'node_modules/commander': { resolved: 'https://registry.example/commander.tgz' },
	});
	assert.deepEqual(
		[...(find() ?? [])],
		[
			['@flotilla/cli', join(folder, '../packs/cli.tgz')],
			['flotilla', join(folder, '../packs/flotilla.tgz')],
		],
	);
});

test('when one of them came from a registry, all are to be had there', () => {
	const cli = { resolved: 'file:../packs/cli.tgz', dependencies: { flotilla: '0.1.0' } };
	for (const flotilla of [{ resolved: 'https://registry.example/f.tgz' }, {}, undefined]) {
		installed({ 'node_modules/@flotilla/cli': cli, 'node_modules/flotilla': flotilla });
		assert.equal(find(), undefined);
	}
	rmSync(join(folder, 'node_modules/.package-lock.json'));
	assert.equal(find(), undefined);
});
