import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fencesOf, programsOf } from './fences.ts';

const PAGE = `# Title

\`\`\`ts run
const one = 1;
\`\`\`

1. In a list:

   \`\`\`ts continues
   if (one) {
     two();
   }
   \`\`\`

~~~sh run
echo '\`\`\`ts'
~~~

\`\`\`ts file=orders.ts
export const a = 1;
\`\`\`

\`\`\`\`md
\`\`\`ts
not code
\`\`\`
\`\`\`\`
`;

test('fences are found with their place, words and code', () => {
	const fences = fencesOf('docs/page.md', PAGE);
	assert.deepEqual(
		fences.map(({ line, language, words }) => [line, language, ...words]),
		[
			[3, 'ts', 'run'],
			[9, 'ts', 'continues'],
			[15, 'sh', 'run'],
			[19, 'ts', 'file=orders.ts'],
			[23, 'md'],
		],
	);
	assert.equal(fences[1]?.code, 'if (one) {\n  two();\n}');
	assert.equal(fences[2]?.code, "echo '```ts'");
});

test('programs keep the lines of their page', () => {
	const programs = programsOf(fencesOf('docs/page.md', PAGE));
	assert.deepEqual(
		programs.map(({ path, fences }) => [path, fences.length]),
		[
			['docs-page/L3.ts', 2],
			['docs-page/orders.ts', 1],
		],
	);
	const lines = programs[0]?.text.split('\n');
	assert.equal(lines?.[3], 'const one = 1;');
	assert.equal(lines?.[9], 'if (one) {');
});

test('a page without fences has no programs', () => {
	assert.deepEqual(programsOf(fencesOf('README.md', 'text')), []);
});
