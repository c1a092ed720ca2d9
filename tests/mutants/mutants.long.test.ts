import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

test('the simulator finds every bug of the bank, and nothing in the code without them', () => {
	const { status, stdout, stderr } = spawnSync(process.execPath, [main, '--ranges', '1'], {
		encoding: 'utf8',
	});
	assert.equal(status, 0, `${stdout}\n${stderr}`);
});
