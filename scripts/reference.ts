// Writes the pages of docs/reference that are made from source; with --check only says what is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiPages } from './reference/api-pages.ts';
import { errorsPage } from './reference/errors-page.ts';
import { faultsPage } from './reference/faults-page.ts';
import { limitsPage } from './reference/limits-page.ts';
import { runningPage } from './reference/running-page.ts';
import { telemetryPage } from './reference/telemetry-page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages: readonly (readonly [string, string])[] = [
	['docs/reference/errors.md', errorsPage()],
	['docs/reference/faults.md', faultsPage()],
	['docs/reference/limits.md', limitsPage(root)],
	['docs/reference/running.md', runningPage(root)],
	['docs/reference/telemetry.md', await telemetryPage(root)],
	...apiPages(root),
];

const check = process.argv.includes('--check');
const stale = pages.filter(([path, text]) => textOf(join(root, path)) !== text);
for (const [path, text] of stale) {
	if (check) console.error(`${path} is stale: run npm run reference`);
	else write(join(root, path), text);
}
process.exitCode = check && stale.length > 0 ? 1 : 0;

function write(path: string, text: string): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text);
}

function textOf(path: string): string | undefined {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return undefined;
	}
}
