import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileContent } from './file-content.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const textOf = (content: FileContent) =>
	Buffer.from(content.read(0, content.sizeBytes)).toString().replaceAll('\0', '.');

test('bytes that were cut off do not come back in a gap', () => {
	const content = new FileContent();
	content.put(0, bytes('secret'));
	content.cut(1);
	content.put(4, bytes('new'));
	assert.equal(textOf(content), 's...new');
	content.cut(9);
	assert.equal(content.sizeBytes, 7);
});

test('what is read is a copy, and so is what another content becomes', () => {
	const content = new FileContent();
	content.put(0, bytes('abc'));
	const copy = new FileContent();
	copy.become(content);
	content.read(0, 3)[0] = 0;
	content.put(1, bytes('x'));
	assert.equal(textOf(content), 'axc');
	assert.equal(textOf(copy), 'abc');
	assert.equal(content.read(2, 100).length, 1);
	assert.equal(content.read(9, 1).length, 0);
});
