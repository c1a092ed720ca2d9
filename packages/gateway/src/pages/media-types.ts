/** Media types by the extension of a file. */
const byExtension: Readonly<Record<string, string>> = {
	avif: 'image/avif',
	css: 'text/css; charset=utf-8',
	csv: 'text/csv; charset=utf-8',
	gif: 'image/gif',
	htm: 'text/html; charset=utf-8',
	html: 'text/html; charset=utf-8',
	ico: 'image/x-icon',
	jpeg: 'image/jpeg',
	jpg: 'image/jpeg',
	js: 'text/javascript; charset=utf-8',
	json: 'application/json',
	map: 'application/json',
	md: 'text/markdown; charset=utf-8',
	mjs: 'text/javascript; charset=utf-8',
	mp4: 'video/mp4',
	ogg: 'audio/ogg',
	pdf: 'application/pdf',
	png: 'image/png',
	svg: 'image/svg+xml',
	ttf: 'font/ttf',
	txt: 'text/plain; charset=utf-8',
	wasm: 'application/wasm',
	wav: 'audio/wav',
	webm: 'video/webm',
	webmanifest: 'application/manifest+json',
	webp: 'image/webp',
	woff: 'font/woff',
	woff2: 'font/woff2',
	xml: 'application/xml',
};

/** What a file is, by its name; plain bytes when nothing is known. */
export function mediaTypeOf(path: string): string {
	const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
	return byExtension[extension] ?? 'application/octet-stream';
}

/** Whether browsers show it as a document, with scripts of its own. */
export const isHtml = (mediaType: string): boolean => mediaType.startsWith('text/html');

/** Whether it becomes much smaller: text, and what is written like text. */
export function isCompressible(mediaType: string): boolean {
	return /^text\/|json$|xml$|\/wasm$|^font\/ttf$|^image\/x-icon$/.test(mediaType);
}
