import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inspect } from './inspect.ts';

const folder = mkdtempSync(join(import.meta.dirname, '.app-'));
after(() => rmSync(folder, { recursive: true }));

const cases: readonly (readonly [what: string, module: string, message: RegExp])[] = [
	['whose top never ends', 'for (;;);', /cannot be imported: .* ran on for 300 ms/],
	['whose top throws nothing that is an error', "throw 'away';", /cannot be imported: away/],
	['that exports no app', 'export default 7;', /has no app as its default export/],
];

for (const [index, [what, module, message]] of cases.entries()) {
	test(`a module ${what} is named, the second time too`, async () => {
		const file = join(folder, `${index}.ts`);
		writeFileSync(file, module);
		const url = pathToFileURL(file).href;
		for (let time = 0; time < 2; time++) {
			await assert.rejects(inspect(url, {}, { stuckAfterMs: 300 }), (error: Error) => {
				assert.equal(error.name, 'TypeError');
				assert.ok(error.message.startsWith(url), error.message);
				assert.match(error.message, message);
				return true;
			});
		}
	});
}
