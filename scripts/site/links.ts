import { posix } from 'node:path';
import { type Page, wayTo } from './pages.ts';

/** What a document may lead to. */
export interface Targets {
	readonly pages: ReadonlyMap<string, Page>;
	/** The anchors of each page, by its path. */
	readonly anchors: ReadonlyMap<string, ReadonlySet<string>>;
	/** What else there is in the repository. */
	readonly kindOf: (path: string) => 'file' | 'folder' | undefined;
}

/** Where a link leads, from the page that it stands on. */
export type Link =
	| { readonly kind: 'outside' | 'page'; readonly href: string }
	| { readonly kind: 'source'; readonly href: string; readonly path: string }
	| { readonly kind: 'nowhere' };

const isOutside = (target: string): boolean => /^[a-z][a-z+.-]*:/i.test(target);

/** Of a file or folder of the repository that is shown as it is. */
export const sourceAddress = (path: string, kind: 'file' | 'folder'): string =>
	kind === 'file' ? `source/${path}.html` : `source/${path.replace(/\/$/, '')}/index.html`;

export function resolveLink(from: Page, target: string, targets: Targets): Link {
	if (isOutside(target)) return { kind: 'outside', href: target };
	const [file = '', anchor] = target.split('#');
	const path = file === '' ? from.path : posix.join(posix.dirname(from.path), file);
	const page = targets.pages.get(path);
	if (page !== undefined) {
		if (anchor !== undefined && targets.anchors.get(path)?.has(anchor) !== true) {
			return { kind: 'nowhere' };
		}
		const way = page === from && anchor !== undefined ? '' : wayTo(from.address, page.address);
		return { kind: 'page', href: anchor === undefined ? way : `${way}#${anchor}` };
	}
	const kind = targets.kindOf(path);
	if (kind === undefined || anchor !== undefined) return { kind: 'nowhere' };
	const own = path.replace(/\/$/, '');
	return { kind: 'source', path: own, href: wayTo(from.address, sourceAddress(own, kind)) };
}

/** Where a picture of the documents stands in the site; undefined: there is none. */
export function resolvePicture(from: Page, target: string, targets: Targets): string | undefined {
	const path = posix.join(posix.dirname(from.path), target);
	const isThere = path.startsWith('docs/pictures/') && targets.kindOf(path) === 'file';
	return isThere ? wayTo(from.address, path.replace(/^docs\//, '')) : undefined;
}
