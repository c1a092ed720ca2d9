import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf, readableColumnsOf } from './columns.ts';

test('lines are as long as the terminal says, and as usual where it says nothing', () => {
	assert.equal(columnsOf({ isTTY: true, columns: 44 }), 44);
	assert.equal(columnsOf({ isTTY: true, columns: 0 }), 80);
	assert.equal(columnsOf({ isTTY: false, columns: 0 }), 150);
	assert.equal(readableColumnsOf({ isTTY: true, columns: 44 }), 60);
});
