import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeRunning } from '../project/running-description.ts';
import { findTarget } from './target.ts';

/** A folder in which apps seem to run, each with a developer. */
function withApps(
	apps: Readonly<Record<string, { readonly url: string; readonly processId: number }>>,
	use: (folder: string) => void,
): void {
	const folder = mkdtempSync(join(tmpdir(), 'target-'));
	try {
		for (const [app, { url, processId }] of Object.entries(apps)) {
			const data = join(folder, '.flotilla', app);
			mkdirSync(data, { recursive: true });
			const description = describeRunning({ app, url, processId, hasDeveloper: true });
			writeFileSync(join(data, 'running.json'), description);
			writeFileSync(join(data, 'developer-token'), `token-of-${app}\n`);
		}
		mkdirSync(join(folder, 'src/deep'), { recursive: true });
		use(folder);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

const alive = process.pid;
/** No process has it: the largest one that Linux gives is smaller. */
const dead = 2 ** 30;
const shop = { url: 'http://127.0.0.1:9001', processId: alive };
const bakery = { url: 'http://127.0.0.1:9002', processId: alive };

test('the app that runs in this folder or above is meant, and its developer calls', () => {
	withApps({ shop, gone: { ...bakery, processId: dead } }, (folder) => {
		for (const place of [folder, join(folder, 'src/deep')]) {
			const { url, token } = findTarget({}, { folder: place, environment: {} });
			assert.equal(url, shop.url);
			assert.equal(token, 'token-of-shop');
		}
	});
});

test('the token of a developer goes to the process that has made it, and nowhere else', () => {
	withApps({ shop }, (folder) => {
		const target = (url: string, environment = {}) => findTarget({ url }, { folder, environment });
		assert.equal(target(`${shop.url}/`).token, 'token-of-shop');
		assert.equal(target('http://127.0.0.1:9003').token, undefined);
		assert.equal(target('https://127.0.0.1:9001').token, undefined);
		assert.equal(target('http://elsewhere', { FLOTILLA_TOKEN: 't' }).token, 't');
		assert.equal(findTarget({ token: 'mine' }, { folder, environment: {} }).token, 'mine');
		const byVariable = findTarget(
			{},
			{ folder, environment: { FLOTILLA_URL: 'http://elsewhere' } },
		);
		assert.deepEqual([byVariable.url, byVariable.token], ['http://elsewhere', undefined]);
	});
});

test('when several run, one has to be named', () => {
	withApps({ shop, bakery }, (folder) => {
		const find = (typed: object) => findTarget(typed, { folder, environment: {} });
		assert.throws(() => find({}), /Several apps run here\. Say which:\n {2}bakery .*\n {2}shop /);
		assert.equal(find({ data: join(folder, '.flotilla/bakery') }).url, bakery.url);
		assert.equal(find({ url: shop.url }).token, 'token-of-shop');
		assert.throws(() => find({ data: folder }), /No app .* runs on/);
	});
});

test('an app that was killed is not mistaken for whatever has the usual address now', () => {
	withApps({ gone: { ...shop, processId: dead } }, (folder) => {
		const find = (typed: object) => findTarget(typed, { folder, environment: {} });
		assert.throws(() => find({}), /The app that ran on .*gone is gone\. Start it/);
		assert.equal(find({ url: bakery.url }).url, bakery.url);
		writeFileSync(join(folder, '.flotilla/gone/running.json'), 'half of a');
		assert.throws(() => find({}), /is gone/);
	});
});

test('when none runs, it is the address that apps have when nobody says another', () => {
	withApps({}, (folder) => {
		const { url, token } = findTarget({}, { folder, environment: {} });
		assert.deepEqual([url, token], ['http://127.0.0.1:8080', undefined]);
		for (const wrong of ['x', 'ftp://a', 'http://a/?b', 'http://a/#b']) {
			assert.throws(() => findTarget({ url: wrong }, { folder, environment: {} }), /is no address/);
		}
	});
});
