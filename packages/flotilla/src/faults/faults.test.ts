import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeHost } from '../host/node/node-host.ts';
import { faults } from './faults.ts';

test('the real world has no fault points: nothing there fails on purpose', () => {
	assert.equal(nodeHost().faults, undefined);
});

test('every fault is named after what it strikes, and described by a sentence', () => {
	for (const [name, text] of Object.entries(faults)) {
		assert.match(name, /^(?:network|process|disk|clock|database|point)\.[a-z-]+$/);
		assert.match(text, /^[A-Z].*\.$/);
	}
});
