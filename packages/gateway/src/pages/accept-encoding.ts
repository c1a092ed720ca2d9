export type ContentCoding = 'br' | 'gzip';

/**
 * How an answer is compressed for a client that sent this `Accept-Encoding`; `undefined` when it is
 * not. Of two that the client likes equally Brotli is the smaller one (RFC 9110, section 12.5.3).
 */
export function contentCodingFor(header: string | undefined): ContentCoding | undefined {
	if (header === undefined) return undefined;
	const weights = new Map<string, number>();
	for (const part of header.split(',')) {
		const [coding = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
		const weight = parameters.find((parameter) => parameter.startsWith('q='));
		weights.set(coding, weight === undefined ? 1 : Number(weight.slice(2)));
	}
	const weightOf = (coding: string): number => {
		const weight = weights.get(coding) ?? (coding === 'identity' ? 0 : (weights.get('*') ?? 0));
		return weight >= 0 && weight <= 1 ? weight : 0;
	};
	const [brotli, gzip] = [weightOf('br'), Math.max(weightOf('gzip'), weightOf('x-gzip'))];
	if (Math.max(brotli, gzip, weightOf('identity')) === 0) return undefined;
	if (brotli >= gzip) return brotli >= weightOf('identity') ? 'br' : undefined;
	return gzip >= weightOf('identity') ? 'gzip' : undefined;
}
