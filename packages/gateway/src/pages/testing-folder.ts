import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TestFolder extends AsyncDisposable {
	readonly path: string;
}

/** A folder with these files, which goes with it. */
export async function testFolder(files: Readonly<Record<string, string>>): Promise<TestFolder> {
	const path = await mkdtemp(join(tmpdir(), 'pages-'));
	for (const [name, text] of Object.entries(files)) {
		await mkdir(dirname(join(path, name)), { recursive: true });
		await writeFile(join(path, name), text);
	}
	return {
		path,
		[Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
	};
}
