// Writes the pages of docs/reference that are made from source; with --check only says what is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorsPage } from './reference/errors-page.ts';
import { faultsPage } from './reference/faults-page.ts';
import { limitsPage } from './reference/limits-page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages: readonly (readonly [string, string])[] = [
	['docs/reference/errors.md', errorsPage()],
	['docs/reference/faults.md', faultsPage()],
	['docs/reference/limits.md', limitsPage(root)],
];

const check = process.argv.includes('--check');
const stale = pages.filter(([path, text]) => textOf(join(root, path)) !== text);
for (const [path, text] of stale) {
	if (check) console.error(`${path} is stale: run npm run reference`);
	else writeFileSync(join(root, path), text);
}
process.exitCode = check && stale.length > 0 ? 1 : 0;

function textOf(path: string): string | undefined {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return undefined;
	}
}
