import { createHash } from 'node:crypto';

/**
 * The Content-Security-Policy of an HTML page: everything from its own origin, nothing inline but
 * what stands in the file itself, which is named by its hash, and nobody may frame it.
 *
 * @see https://www.w3.org/TR/CSP3/
 */
export function contentPolicyOf(html: string): string {
	const scripts = inline(html, /<script(?![^>]*\ssrc\s*=)[^>]*>([\s\S]*?)<\/script/gi);
	const styles = inline(html, /<style[^>]*>([\s\S]*?)<\/style/gi);
	return [
		"default-src 'self'",
		["script-src 'self'", ...scripts].join(' '),
		["style-src 'self'", ...styles].join(' '),
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
	].join('; ');
}

/** The hashes of what the pattern's group finds, each once. */
function inline(html: string, pattern: RegExp): string[] {
	const hashes = [...html.matchAll(pattern)].map(([, content = '']) => {
		// A browser hashes what it has parsed, and parsing makes every line end the same.
		const parsed = content.replaceAll(/\r\n?/g, '\n');
		return `'sha256-${createHash('sha256').update(parsed).digest('base64')}'`;
	});
	return [...new Set(hashes)];
}
