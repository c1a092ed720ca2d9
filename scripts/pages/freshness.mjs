import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The fingerprint that a bundle was made from, inside of it so that they are replaced together. */
export const STAMP = '.stamp';

const NO_SOURCE = /\.test\.\w+$|(?:^|[\\/])testing-[^\\/]+$/;

/** Names the content of everything that a bundle is made from, and how it is made. */
export function fingerprint(root, page) {
	const builders = fileURLToPath(new URL('.', import.meta.url));
	const files = [builders, ...page.sources.map((folder) => join(folder, 'src'))]
		.flatMap((folder) => filesIn(folder))
		.concat(page.sources.map((folder) => join(folder, 'package.json')))
		.concat(join(root, 'package-lock.json'));
	const hash = createHash('sha256');
	for (const file of files) {
		const content = readFileSync(file);
		hash.update(`${relative(root, file)}\0${content.length}\0`).update(content);
	}
	return hash.digest('hex');
}

function filesIn(folder) {
	return globSync('**', { cwd: folder, withFileTypes: true })
		.filter((entry) => entry.isFile() && !NO_SOURCE.test(entry.name))
		.map((entry) => join(entry.parentPath, entry.name))
		.sort();
}

/** Whether the bundle that is there was made from just that. */
export function isFresh({ output }, wanted) {
	const stamp = join(output, STAMP);
	return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
}
