import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preferredWaitSeconds } from './prefer.ts';

for (const [header, seconds] of [
	['wait=10', 10],
	['WAIT = 10', 10],
	['wait=0', 0],
	['wait="7"', 7],
	['wait=10; strict', 10],
	['respond-async, wait=5', 5],
	['foo="a, wait=1", wait=2', 2],
	['wait=3, wait=9', 3],
	['wait=31', 30],
	['wait=999999999', 30],
	[undefined, undefined],
	['', undefined],
	['wait', undefined],
	['wait=', undefined],
	['wait=-1', undefined],
	['wait=1.5', undefined],
	['wait=1e1', undefined],
	['wait=ten', undefined],
	['wait=99999999999999999999', undefined],
	['await=5', undefined],
	['foo="wait=5', undefined],
] as const) {
	test(`Prefer: ${header} is understood as ${seconds} seconds`, () => {
		assert.equal(preferredWaitSeconds(header), seconds);
	});
}
