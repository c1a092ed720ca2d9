import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentCodingFor } from './accept-encoding.ts';

test('the coding is the smallest of those that the client likes best', () => {
	for (const [header, coding] of [
		[undefined, undefined],
		['', undefined],
		['gzip, deflate, br, zstd', 'br'],
		['gzip', 'gzip'],
		['x-gzip', 'gzip'],
		['GZIP', 'gzip'],
		['br;q=0.5, gzip;q=0.8', 'gzip'],
		['br;q=0, gzip;q=0', undefined],
		['br;q=0', undefined],
		['*', 'br'],
		['br;q=0, *', 'gzip'],
		['*;q=0', undefined],
		['identity;q=1, gzip;q=0.5', undefined],
		['identity;q=0, gzip', 'gzip'],
		['gzip;q=abc', undefined],
		['deflate, zstd', undefined],
	] as const) {
		assert.equal(contentCodingFor(header), coding, String(header));
	}
});
