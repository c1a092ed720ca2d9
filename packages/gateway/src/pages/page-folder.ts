import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FlotillaError } from 'flotilla/adapter';
import { fixedLimits } from '../limits.ts';
import { PageFile } from './page-file.ts';

/** Files for browsers, and where the gateway serves them. */
export interface Pages {
	/** The path that they are below: `/` or `/docs`. */
	readonly at: string;
	/**
	 * The folder with the files, as a path or a `file:` URL. It is read once, when the gateway starts:
	 * 2,000 files and 64 MiB at most. Names that begin with a dot and symbolic links are left out.
	 */
	readonly folder: string | URL;
	/**
	 * The file that a browser gets for a path below `at` where there is nothing, such as `index.html`
	 * for a page that has addresses of its own. Without it that is a 404.
	 */
	readonly fallback?: string;
}

/** Pages as they are served. */
export interface LoadedPages {
	/** With a slash at both ends: `/docs/`. */
	readonly at: string;
	readonly files: readonly PageFile[];
	readonly fallback: PageFile | undefined;
}

/**
 * Reads pages into memory.
 *
 * @throws {FlotillaError} `FLOTILLA_CONFIGURATION`: `at` is no path, the folder or the fallback is not
 *   there, a name cannot be part of a path, or there is more than the limits allow.
 */
export async function loadPages({ at, folder, fallback }: Pages): Promise<LoadedPages> {
	if (!/^\/(?:[\w~-][\w.~-]*(?:\/|$))*$/.test(at)) {
		refuse(`the pages at '${at}' are at no path such as /docs`);
	}
	const root = resolve(folder instanceof URL ? fileURLToPath(folder) : folder);
	const prefix = at.endsWith('/') ? at : `${at}/`;
	const files: PageFile[] = [];
	let sizeBytes = 0;
	for (const path of await list(root, at)) {
		if (files.length === fixedLimits.pageFiles) {
			refuse(`${root} has more than ${fixedLimits.pageFiles} files`);
		}
		sizeBytes += (await stat(join(root, path))).size;
		if (sizeBytes > fixedLimits.pageBytes) {
			refuse(`the files of ${root} are larger than ${fixedLimits.pageBytes} bytes together`);
		}
		const body = await readFile(join(root, path));
		files.push(new PageFile(path, path === fallback ? withAbsoluteReferences(body, prefix) : body));
	}
	const found = files.find(({ path }) => path === fallback);
	if (fallback !== undefined && !found?.isHtml) {
		refuse(`the fallback ${fallback} is no HTML file of ${root}`);
	}
	return { at: prefix, files, fallback: found };
}

/** The files by their paths, sorted, so that each start serves the same. */
async function list(root: string, at: string): Promise<string[]> {
	const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((cause) => {
		const { code } = cause as { code?: string };
		const reason =
			code === 'ENOENT'
				? `there is no folder ${root}; if a build makes it, run that (in the platform's own repository: npm run pages)`
				: `the folder ${root} cannot be read (${code})`;
		throw configurationError(`the pages at ${at} are missing: ${reason}`, cause);
	});
	const paths = entries
		.filter((entry) => entry.isFile())
		.map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
		.filter((path) => !/(?:^|\/)\./.test(path))
		.sort();
	if (paths.length === 0) refuse(`the pages at ${at} are missing: the folder ${root} is empty`);
	const odd = paths.find((path) => !/^[\w.~/-]+$/.test(path));
	if (odd !== undefined) {
		refuse(`the file '${odd}' of ${root} has another name than of letters, digits, . _ ~ and -`);
	}
	return paths;
}

/** A fallback is seen at any depth, where `./assets` would be another place each time. */
function withAbsoluteReferences(html: Buffer, prefix: string): Buffer {
	return Buffer.from(html.toString().replaceAll(/(\s(?:src|href)=["']?)\.\//g, `$1${prefix}`));
}

function refuse(reason: string): never {
	throw configurationError(reason);
}

function configurationError(reason: string, cause?: unknown): FlotillaError {
	const message = `The gateway cannot start: ${reason}.`;
	return new FlotillaError('FLOTILLA_CONFIGURATION', message, { cause });
}
