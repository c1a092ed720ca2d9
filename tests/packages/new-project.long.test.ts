import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { environmentOf, must, nodes } from './commands.ts';
import { emptyFolder, root } from './consumer.ts';
import { startInShell } from './running.ts';

const repository = fileURLToPath(root);
const folder = join(emptyFolder('new'), 'my-app');

before(async () => {
	const made = await must(`npx flotilla new ${folder} --json 2>/dev/null`, repository);
	const project = JSON.parse(made);
	assert.equal(project.name, 'my-app');
	assert.equal(project.packages, 'vendor');
	assert.ok(project.isInstalled);
	for (const path of project.files) assert.ok(existsSync(join(folder, path)), path);
});

after(() => rmSync(dirname(folder), { recursive: true, force: true }));

for (const { name, path } of nodes) {
	const skip = path === undefined && 'FLOTILLA_NODE_24 is not set: npm run test:all sets it';
	const env = environmentOf(path ?? '');

	test(`a new project's tests and simulation pass, under ${name}`, { skip }, async () => {
		assert.match(await must('npm test', folder, env), /pass 3/);
		assert.match(await must('npm run sim', folder, env), /20 runs[\s\S]*Nothing found/);
	});

	test(`a new project is called while it is developed, under ${name}`, { skip }, async () => {
		await using dev = startInShell('npm run dev -- --port 0', folder, env);
		await dev.says(/npx flotilla call cards\.\w+ /);
		const call = (text: string) => must(`npx flotilla call ${text} --json`, folder, env);
		const card = name.replaceAll(/\W/g, '-').toLowerCase();
		await call(`cards.topUp '{"card":"${card}","amountMinor":1000}'`);
		const paid = await call(`cards.pay '{"card":"${card}","amountMinor":350}'`);
		assert.deepEqual(JSON.parse(paid), { card, balanceMinor: 650 });
		await dev.stop('SIGINT');
	});

	test(`a new project runs as in production, and lets nobody in, under ${name}`, {
		skip,
	}, async () => {
		await using run = startInShell('node_modules/.bin/flotilla run --port 0 --json', folder, env);
		const [, text = ''] = await run.says(/^(\{.*"url".*\})$/m);
		const { url } = JSON.parse(text);
		assert.equal((await fetch(`${url}/health/ready`)).status, 200);
		assert.equal((await fetch(`${url}/v1/cards/ada`)).status, 401);
		assert.equal(await run.stop('SIGTERM'), 0);
	});
}

test("a new project's types check, also those of the platform", async () => {
	await must('npm run check', folder);
	await must('npx tsc --skipLibCheck false', folder);
});

/** The words of an instruction of a Dockerfile, such as `["node", "app.js"]`. */
function wordsOf(recipe: string, instruction: RegExp): string[] {
	return JSON.parse(instruction.exec(recipe)?.groups?.words ?? '[]');
}

test("what the project's image would have in it runs, and is found healthy", async () => {
	const recipe = readFileSync(join(folder, 'Dockerfile'), 'utf8');
	const [, install = ''] = /^RUN (npm ci .*)$/m.exec(recipe) ?? [];
	const copied = [...recipe.matchAll(/^COPY (?!--)(?<what>.*) \S+$/gm)].flatMap(
		({ groups }) => groups?.what?.split(' ') ?? [],
	);
	const [command, ...args] = wordsOf(recipe, /^CMD (?<words>\[.*\])$/m);
	const [, flag, check] = wordsOf(recipe, /^\tCMD (?<words>\[.*\])$/m);
	const image = emptyFolder('image');
	try {
		await must(`cp -r ${copied.join(' ')} ${image}`, folder);
		await must(`${install} --prefer-offline --no-audit --no-fund --loglevel=error`, image);
		const env = environmentOf(process.execPath);
		await using run = startInShell(`${[command, ...args].join(' ')} --port 0`, image, env);
		const [, port = ''] = await run.says(/Health +http:\/\/[^:]+:(\d+)/);
		const healthy = { cwd: image, env: { ...env, FLOTILLA_PORT: port } };
		await promisify(execFile)('node', [flag ?? '', check ?? ''], healthy);
		assert.equal(await run.stop('SIGTERM'), 0);
		await assert.rejects(promisify(execFile)('node', [flag ?? '', check ?? ''], healthy));
	} finally {
		rmSync(image, { recursive: true, force: true });
	}
});
