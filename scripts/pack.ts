// `npm run pack`: every published package as a tarball in .flotilla/packages, checked by publint, with
// index.json, which says what is where. What has not changed is not packed again, and the same sources
// give the same bytes, so that a lock file that names a tarball goes on fitting.
import { spawnSync } from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import {
	digestOf,
	type Package,
	publishedPackages,
	removeLeftovers,
} from './pack/package-files.ts';

interface Packed {
	/** The name of the tarball, beside the index. */
	readonly file: string;
	/** Over what it was made of. */
	readonly digest: string;
	/** The packages of this repository that have to be installed with it. */
	readonly needs: readonly string[];
}

/** A build from nothing takes a tenth of that. */
const TURN_MS = 5 * 60_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.flotilla/packages');
const indexFile = join(folder, 'index.json');

/** What it says goes to standard error: the compiler complains on standard output. */
function npm(...args: readonly string[]): void {
	const { status, error } = spawnSync('npm', args, {
		cwd: root,
		stdio: ['ignore', process.stderr, process.stderr],
		shell: process.platform === 'win32',
	});
	if (error !== undefined) throw new Error(`npm could not be started: ${error.message}`);
	if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}`);
}

function readIndex(): Record<string, Packed> {
	return existsSync(indexFile) ? JSON.parse(readFileSync(indexFile, 'utf8')) : {};
}

/** Beside, so that what is ready takes its place as a whole: others may be installing from there. */
function pack(stale: readonly Package[]): void {
	const beside = mkdtempSync(join(root, '.flotilla/packing-'));
	try {
		const workspaces = stale.flatMap(({ name }) => ['--workspace', name]);
		npm('pack', '--ignore-scripts', '--silent', '--pack-destination', beside, ...workspaces);
		for (const { tarball } of stale) renameSync(join(beside, tarball), join(folder, tarball));
	} finally {
		rmSync(beside, { recursive: true, force: true });
	}
}

/** What would surprise somebody who installs it. */
async function complaintsAbout({ name, tarball: file }: Package): Promise<string[]> {
	const { buffer: tarball } = new Uint8Array(readFileSync(join(folder, file)));
	const { messages, pkg } = await publint({ strict: true, pack: { tarball } });
	return messages.map((message) => `${name}: ${formatMessage(message, pkg, { color: false })}`);
}

async function main(): Promise<string> {
	npm('run', '--silent', 'build');
	const packages = publishedPackages(root);
	const before = readIndex();
	const index: Record<string, Packed> = {};
	for (const one of packages) {
		removeLeftovers(one);
		index[one.name] = { file: one.tarball, digest: digestOf(one), needs: one.needs };
	}
	const stale = packages.filter(
		({ name, tarball }) =>
			before[name]?.digest !== index[name]?.digest || !existsSync(join(folder, tarball)),
	);
	if (stale.length > 0) {
		pack(stale);
		const complaints = (await Promise.all(stale.map(complaintsAbout))).flat();
		if (complaints.length > 0) throw new Error(`publint says\n  ${complaints.join('\n  ')}`);
		writeFileSync(`${indexFile}.new`, `${JSON.stringify(index, null, '\t')}\n`);
		renameSync(`${indexFile}.new`, indexFile);
	}
	removeOthers(new Set(packages.map(({ tarball }) => tarball)));
	return `${packages.length} packages in .flotilla/packages, ${stale.length} of them new`;
}

/** Tarballs of versions and packages that are no more. */
function removeOthers(current: ReadonlySet<string>): void {
	for (const name of readdirSync(folder)) {
		if (name.endsWith('.tgz') && !current.has(name)) rmSync(join(folder, name));
	}
}

mkdirSync(folder, { recursive: true });
// One after another: what one is compiling, another one must not pack. A lock that ends with its owner.
const turn = new DatabaseSync(join(folder, 'lock'), { timeout: TURN_MS });
try {
	turn.exec('begin exclusive');
	console.log(await main());
} catch (error) {
	console.error(`pack: ${(error as Error).message}`);
	process.exitCode = 1;
} finally {
	turn.close();
}
