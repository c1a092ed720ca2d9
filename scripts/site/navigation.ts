import { posix } from 'node:path';
import type { Kind, Page } from './pages.ts';

export interface Group {
	readonly kind: Kind;
	readonly title: string;
	readonly pages: readonly Page[];
}

const TITLES: Readonly<Record<Kind, string>> = {
	start: 'Start',
	tutorial: 'Tutorials',
	'how-to': 'How-to',
	reference: 'Reference',
	explanation: 'Explanation',
	decisions: 'Decisions',
	project: 'The project',
};

const LINK = /\]\(([^()\s#]+\.md)/g;

/**
 * All pages in groups, in the order in which one may read them: that in which the index of the documents
 * names them. Pages that it does not name come last in their group.
 */
export function navigationOf(pages: readonly Page[]): Group[] {
	const named = ['docs/README.md', 'README.md'].flatMap((index) =>
		linksOf(pages.find(({ path }) => path === index)),
	);
	const placeOf = ({ path }: Page): number => {
		if (path === 'README.md') return -2;
		if (path === 'docs/README.md') return -1;
		const at = named.indexOf(path);
		return at === -1 ? named.length : at;
	};
	return Object.entries(TITLES).flatMap(([kind, title]) => {
		const own = pages
			.filter((page) => page.kind === kind)
			.sort(
				(left, right) =>
					placeOf(left) - placeOf(right) ||
					Number(isIndex(right)) - Number(isIndex(left)) ||
					(left.path < right.path ? -1 : 1),
			);
		return own.length === 0 ? [] : [{ kind: kind as Kind, title, pages: own }];
	});
}

const isIndex = ({ path }: Page): boolean => posix.basename(path) === 'README.md';

function linksOf(page: Page | undefined): string[] {
	if (page === undefined) return [];
	return [...page.text.matchAll(LINK)].map(([, target = '']) =>
		posix.join(posix.dirname(page.path), target),
	);
}
