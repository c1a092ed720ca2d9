import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDeclarations } from './declarations.ts';

const TEXT = `import type { Clock } from './clock.ts';
/** Says it. */
export declare function say(text: string): void;
export declare function say(number: number): void;
export interface Options {
    /** Inside. */
    readonly clock: Clock;
}
type Hidden = {
    a: 1;
} | {
    b: 2;
};
export { type A, b as c } from './other.ts';
//# sourceMappingURL=x
`;

test('declarations are taken apart with their comments, overloads together', () => {
	const { declarations, imports, exports } = readDeclarations(TEXT);
	assert.deepEqual(
		[...declarations.values()].map(({ name, hasComment }) => [name, hasComment]),
		[
			['say', true],
			['Options', false],
			['Hidden', false],
		],
	);
	assert.equal(
		declarations.get('say')?.text,
		'/** Says it. */\nfunction say(text: string): void;\nfunction say(number: number): void;',
	);
	assert.ok(declarations.get('Hidden')?.text.endsWith('b: 2;\n};'));
	assert.deepEqual([...imports], [['Clock', { name: 'Clock', module: './clock.ts' }]]);
	assert.deepEqual(
		[...exports],
		[
			['say', { name: 'say' }],
			['Options', { name: 'Options' }],
			['A', { name: 'A', module: './other.ts' }],
			['c', { name: 'b', module: './other.ts' }],
		],
	);
});
