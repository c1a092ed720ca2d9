import { type Finding, lineAt } from './finding.ts';
import { isTest, type Repository } from './repository.ts';

/** Made from the table of errors, of which `flotilla explain` tells, too. */
const PAGE = 'docs/reference/errors.md';
/** Where environment variables are explained, which begin alike. */
const VARIABLES = /^docs\/reference\/(?:running|commands|configuration)\.md$/;
const VARIABLE = /`(?<name>FLOTILLA_[A-Z0-9_]+)(?:=[^`]*)?`/g;
const CODE = /['"`](?<code>FLOTILLA_[A-Z0-9_]+)['"`]/g;
const ENTRY = /^## (?<code>FLOTILLA_[A-Z0-9_]+)$/gm;

const remedy = 'add it to the table in packages/flotilla/src/errors, and run npm run reference';

/** Whatever code an error may carry is in the table, so that `flotilla explain` knows it. */
export function checkErrorCodes({ sources, pages }: Repository): Finding[] {
	const page = pages.find(({ path }) => path === PAGE);
	if (page === undefined) return [];
	const explained = pages.filter(({ path }) => VARIABLES.test(path));
	const known = new Set([
		...[...page.text.matchAll(ENTRY)].map(({ groups }) => groups?.code),
		...explained.flatMap(({ text }) =>
			[...text.matchAll(VARIABLE)].map(({ groups }) => groups?.name),
		),
	]);
	return sources
		.filter(({ path }) => /^packages\/(?:engines\/)?[^/]+\/src\//.test(path) && !isTest(path))
		.flatMap(({ path, text }) =>
			[...text.matchAll(CODE)].flatMap(({ groups, index }) => {
				const { code = '' } = groups ?? {};
				if (known.has(code)) return [];
				const problem = `nothing explains the code ${code}`;
				return [{ path, line: lineAt(text, index), problem, remedy }];
			}),
		);
}
