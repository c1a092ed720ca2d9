import {
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isFresh, STAMP } from './freshness.mjs';

const LEFT_BEHIND_MS = 60 * 60_000;
const REPLACE_ATTEMPTS = 10;

/**
 * Bundles a page. Whatever else runs at the same time sees the old bundle or the new one, whole but
 * for the moment between two renames; another build of the same page does no harm.
 */
export async function buildPage(root, page, wanted) {
	const workshop = join(root, '.flotilla', 'pages');
	sweep(workshop);
	const place = join(workshop, `${page.name.replaceAll('/', '-')}-${process.pid}`);
	const fresh = `${place}-new`;
	try {
		await bundle(page, fresh);
		checkOrigin(join(fresh, 'index.html'));
		writeFileSync(join(fresh, STAMP), wanted);
		replace(page, fresh, `${place}-old`, wanted);
	} finally {
		rmSync(fresh, { recursive: true, force: true });
	}
}

/** Removes what builds left behind that were killed. */
function sweep(workshop) {
	mkdirSync(workshop, { recursive: true });
	for (const name of readdirSync(workshop)) {
		const path = join(workshop, name);
		const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
		if (Date.now() - mtimeMs > LEFT_BEHIND_MS) rmSync(path, { recursive: true, force: true });
	}
}

async function bundle(page, outDir) {
	// Only now: it takes longer to load than to find out that nothing is to do.
	const [{ build }, { settingsOf }] = await Promise.all([import('vite'), import('./settings.mjs')]);
	await build({
		...settingsOf(page),
		build: {
			outDir,
			emptyOutDir: true,
			target: ['chrome123', 'firefox128', 'safari17.5'],
			// The policy of the gateway allows no data: addresses and no inline scripts.
			assetsInlineLimit: 0,
			modulePreload: { polyfill: false },
			// In the terminal of `npm start` it would only be noise.
			reportCompressedSize: false,
		},
	});
}

/**
 * A page asks its own origin only, and works without the internet. The gateway allows what stands in
 * <script> and <style> by its hash, but nothing can be said for attributes.
 */
function checkOrigin(html) {
	const text = readFileSync(html, 'utf8');
	const foreign = /\s(?:src|href)\s*=\s*["']?(?:[a-z][a-z0-9+.-]*:)?\/\/[^"'\s>]*/i.exec(
		text.replaceAll(/<a\s[^>]*>/gi, ''),
	);
	if (foreign) throw new Error(`${html} loads something from elsewhere:${foreign[0]}`);
	const inline = /\son[a-z]+\s*=|\sstyle\s*=/i.exec(text);
	if (inline) {
		throw new Error(`${html} has ${inline[0].trim()} inline, which browsers would refuse to run`);
	}
}

/** Puts the new bundle into its place, unless somebody has just put the same one there. */
function replace(page, fresh, old, wanted) {
	mkdirSync(dirname(page.output), { recursive: true });
	try {
		for (let attempt = 1; !isFresh(page, wanted); attempt++) {
			moveAway(page.output, old);
			try {
				renameSync(fresh, page.output);
				return;
			} catch (error) {
				// Another build was faster, and a folder with files is not replaced.
				const wasFaster = ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code);
				if (!wasFaster || attempt === REPLACE_ATTEMPTS) throw error;
			}
		}
	} finally {
		rmSync(old, { recursive: true, force: true });
	}
}

function moveAway(output, old) {
	rmSync(old, { recursive: true, force: true });
	try {
		renameSync(output, old);
	} catch (error) {
		if (error.code !== 'ENOENT') throw error;
	}
}
