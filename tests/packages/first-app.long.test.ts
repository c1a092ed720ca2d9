import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { environmentOf } from './commands.ts';
import { emptyFolder, root } from './consumer.ts';
import { fencesOf } from './fences.ts';
import { Follower } from './tutorial.ts';

const page = new URL('docs/tutorial/first-app.md', root);
const [preparation, ...steps] = fencesOf(page);

test('the tutorial begins with a clone in which npm ci has run', () => {
	assert.deepEqual(preparation?.words, ['prepare']);
	assert.equal(preparation.code, 'npm ci\n');
});

test('somebody who does what the tutorial says sees what it says', async () => {
	const folder = emptyFolder('tutorial');
	const env = { ...environmentOf(process.execPath), FLOTILLA_PORT: '0' };
	await using cleanUp = new AsyncDisposableStack();
	cleanUp.defer(() => rmSync(folder, { recursive: true, force: true }));
	const follower = cleanUp.use(new Follower(fileURLToPath(root), env));
	assert.ok(steps.length > 30, `only ${steps.length} steps`);
	for (const step of steps) {
		// The only thing that is not done as it stands: beside this checkout may be something else.
		const code = step.code.replaceAll('../my-app', join(folder, 'my-app'));
		await follower.follow({ ...step, code });
	}
});
