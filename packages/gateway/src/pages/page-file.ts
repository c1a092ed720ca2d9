import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type ContentCoding, contentCodingFor } from './accept-encoding.ts';
import { contentPolicyOf } from './content-policy.ts';
import { isCompressible, isHtml, mediaTypeOf } from './media-types.ts';

/** A file as one client gets it. */
export interface Representation {
	readonly status: 200 | 304;
	readonly headers: Readonly<Record<string, string>>;
	/** Absent with 304. */
	readonly body: Buffer | undefined;
}

/** What a client says about what it can take and already has. */
export interface Conditions {
	readonly acceptEncoding: string | undefined;
	readonly ifNoneMatch: string | undefined;
}

/** Below this a compressed file saves no packet. */
const SMALLEST_COMPRESSED_BYTES = 860;
/** Above this the best compression would take seconds. */
const BEST_BROTLI_BYTES = 262_144;

/** A file of a page, kept in memory with its compressed forms. */
export class PageFile {
	/** Relative to its folder, with forward slashes. */
	readonly path: string;
	readonly isHtml: boolean;
	readonly #body: Buffer;
	readonly #mediaType: string;
	readonly #hash: string;
	readonly #headers: Readonly<Record<string, string>>;
	readonly #compressed = new Map<ContentCoding, Promise<Buffer>>();

	constructor(path: string, body: Buffer) {
		this.path = path;
		this.#body = body;
		this.#mediaType = mediaTypeOf(path);
		this.isHtml = isHtml(this.#mediaType);
		this.#hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
		this.#headers = {
			'content-type': this.#mediaType,
			// Without the address of the page, which may name an order or a person.
			'referrer-policy': 'same-origin',
			'cache-control': isNamedByContent(path)
				? 'public, max-age=31536000, immutable'
				: // Kept, but asked for each time: then a 304 is enough.
					'no-cache',
			...(this.isHtml && {
				'content-security-policy': contentPolicyOf(body.toString()),
				'cross-origin-opener-policy': 'same-origin',
			}),
		};
	}

	get sizeBytes(): number {
		return this.#body.length;
	}

	async representation({ acceptEncoding, ifNoneMatch }: Conditions): Promise<Representation> {
		const coding = this.#isCompressed ? contentCodingFor(acceptEncoding) : undefined;
		const etag = `"${this.#hash}${coding === undefined ? '' : `-${coding}`}"`;
		const headers = {
			...this.#headers,
			etag,
			...(this.#isCompressed && { vary: 'accept-encoding' }),
		};
		if (names(ifNoneMatch, etag)) return { status: 304, headers, body: undefined };
		if (coding === undefined) return { status: 200, headers, body: this.#body };
		const body = await this.#in(coding);
		return { status: 200, headers: { ...headers, 'content-encoding': coding }, body };
	}

	get #isCompressed(): boolean {
		return isCompressible(this.#mediaType) && this.sizeBytes >= SMALLEST_COMPRESSED_BYTES;
	}

	/** Made once, for the first who wants it: a gateway that nobody browses does not pay for it. */
	#in(coding: ContentCoding): Promise<Buffer> {
		const known = this.#compressed.get(coding);
		if (known !== undefined) return known;
		const made = coding === 'br' ? brotli(this.#body) : promisify(gzip)(this.#body, { level: 9 });
		this.#compressed.set(coding, made);
		return made;
	}
}

function brotli(body: Buffer): Promise<Buffer> {
	return promisify(brotliCompress)(body, {
		params: {
			[constants.BROTLI_PARAM_QUALITY]: body.length <= BEST_BROTLI_BYTES ? 11 : 9,
			[constants.BROTLI_PARAM_SIZE_HINT]: body.length,
		},
	});
}

/**
 * Whether other content would have another name, so that it need never be asked for again: a file
 * `assets/NAME-HASH.EXTENSION`, the hash of eight letters, digits, `_` and `-`, as vite makes them.
 * What may be a word or a number is no hash: the few that look so are asked for each time.
 */
function isNamedByContent(path: string): boolean {
	const [, hash = ''] = /(?:^|\/)assets\/[^/]*-[\w-]([\w-]{7})\.\w+$/.exec(path) ?? [];
	return /[A-Z]/.test(hash);
}

/** Whether `If-None-Match` holds the tag, compared weakly (RFC 9110, section 13.1.2). */
function names(ifNoneMatch: string | undefined, etag: string): boolean {
	if (ifNoneMatch === undefined) return false;
	if (ifNoneMatch.trim() === '*') return true;
	return [...ifNoneMatch.matchAll(/(?:W\/)?("[^"]*")/g)].some(([, tag]) => tag === etag);
}
