/** A URL of one incarnation's own instance of a module, taken apart. */
export interface Tag {
	/** Of the module itself. */
	readonly url: string;
	readonly incarnation: number;
}

const TAG = /[?&]incarnation=(\d+)$/;

export function tagged(url: string, incarnation: number): string {
	return `${url}${url.includes('?') ? '&' : '?'}incarnation=${incarnation}`;
}

/** `undefined`: a URL that is shared by all incarnations. */
export function readTag(url: string | undefined): Tag | undefined {
	const tag = url === undefined ? null : TAG.exec(url);
	if (url === undefined || tag === null) return undefined;
	return { url: url.slice(0, tag.index), incarnation: Number(tag[1]) };
}

/** The installed package that a module belongs to; `undefined`: it belongs to the app itself. */
export function packageOf(url: string): string | undefined {
	const at = url.lastIndexOf(NODE_MODULES);
	if (at < 0) return undefined;
	return /^(?:@[^/]+\/)?[^/]+/.exec(url.slice(at + NODE_MODULES.length))?.[0];
}

const NODE_MODULES = '/node_modules/';
