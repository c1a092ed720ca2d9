import { type Finding, lineAt } from './finding.ts';
import { isTest, type Repository } from './repository.ts';

const TABLE = 'packages/flotilla/src/errors/error-table.ts';
const CODE = /['"`](?<code>FLOTILLA_[A-Z0-9_]+)['"`]/g;
const ENTRY = /^\t(?<code>FLOTILLA_[A-Z0-9_]+): \{$/gm;

/** Whatever code an error may carry is in the table, so that `flotilla explain` knows it. */
export function checkErrorCodes({ sources }: Repository): Finding[] {
	const table = sources.find(({ path }) => path === TABLE);
	if (table === undefined) return [];
	const known = new Set([...table.text.matchAll(ENTRY)].map(({ groups }) => groups?.code));
	return sources
		.filter(({ path }) => /^packages\/(?:engines\/)?[^/]+\/src\//.test(path) && !isTest(path))
		.flatMap(({ path, text }) =>
			[...text.matchAll(CODE)].flatMap(({ groups, index }) => {
				const { code = '' } = groups ?? {};
				if (known.has(code)) return [];
				const problem = `nothing explains the code ${code}`;
				return [{ path, line: lineAt(text, index), problem, remedy: `add it to ${TABLE}` }];
			}),
		);
}
