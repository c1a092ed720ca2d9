import { posix } from 'node:path';
import { anchorsOf } from '../markdown/anchors.ts';
import { type Finding, lineAt } from './finding.ts';
import { type Page, proseOf, type Repository } from './repository.ts';

const LINK = /\]\((?<target>[^()\s]+)\)/g;
const HEADING = /^#+ +(?<text>.+)$/gm;

/** What a page links to within the repository is there: files, folders and headings. */
export function checkLinks({ pages, paths }: Repository): Finding[] {
	const known = new Set(paths);
	const headings = new Map(pages.map((page) => [page.path, headingAnchors(page)]));
	const isThere = (path: string): boolean =>
		known.has(path) || paths.some((other) => other.startsWith(`${path.replace(/\/$/, '')}/`));
	return pages.flatMap((page) =>
		[...proseOf(page).matchAll(LINK)].flatMap((match) => {
			const { target = '' } = match.groups ?? {};
			if (/^[a-z]+:/.test(target)) return [];
			const [file = '', anchor] = target.split('#');
			const path = file === '' ? page.path : posix.join(posix.dirname(page.path), file);
			const isFound =
				isThere(path) && (anchor === undefined || headings.get(path)?.has(anchor) !== false);
			if (isFound) return [];
			const line = lineAt(page.text, match.index);
			const problem = `the link ${target} leads nowhere`;
			return [{ path: page.path, line, problem, remedy: 'correct it, or write what it is for' }];
		}),
	);
}

/** With fences blanked, so that a comment of a shell is no heading. */
function headingAnchors(page: Page): ReadonlySet<string> {
	const headings = [...proseOf(page).matchAll(HEADING)].map(({ groups }) => groups?.text ?? '');
	return new Set(anchorsOf(headings));
}
