import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { type Ended, ended, flotilla, inFolder, simulationOf, start } from './testing-command.ts';

type Line = Readonly<Record<string, unknown>>;

/** The runs and the summary that `--json` prints. */
function read({ stdout, stderr }: Ended): {
	readonly runs: readonly Line[];
	readonly summary: Line;
} {
	assert.notEqual(stdout, '', stderr);
	const lines = stdout
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line) as Line);
	return { runs: lines.slice(0, -1), summary: lines.at(-1)?.summary as Line };
}

const page = readFileSync(
	new URL('../../../../docs/reference/commands.md', import.meta.url),
	'utf8',
);

/** The fields that the table behind those words in docs/reference/commands.md does not have. */
function undocumented(words: string, line: Line | undefined): readonly string[] {
	const [, text = ''] = page.split('### sim --json\n');
	const table = (text.split(`\n${words}`)[1] ?? '').split('\n| field |')[1]?.split('\n\n')[0] ?? '';
	return Object.keys(line ?? {}).filter((field) => !table.includes(`\`${field}\``));
}

const hashes = ({ runs }: { readonly runs: readonly Line[] }) =>
	Object.fromEntries(runs.map(({ seed, traceHash }) => [seed, traceHash]));

test('the same seeds have the same traces in two processes, from another folder, with one worker or two', async () => {
	await inFolder({ 'counter.sim.ts': simulationOf('counter') }, async (folder) => {
		const [one, two] = await Promise.all([
			flotilla(folder, 'sim', '--seeds', '4', '--jobs', '1', '--json'),
			flotilla(dirname(folder), 'sim', basename(folder), '--seeds', '4', '--jobs', '2', '--json'),
		]);
		assert.equal(one.code, 0);
		const [left, right] = [read(one), read(two)];
		assert.deepEqual(hashes(left), hashes(right));
		assert.equal(new Set(Object.values(hashes(left))).size, 4);
		assert.match(String(left.runs[0]?.traceHash), /^[0-9a-f]{16}$/);
		assert.equal(left.runs[0]?.file, 'counter.sim.ts');
		assert.equal(right.runs[0]?.file, `${basename(folder)}/counter.sim.ts`);
		assert.deepEqual(left.summary.findings, []);
		assert.equal(left.summary.runs, 4);
	});
});

test('a random seed is told, and gives the same run again', async () => {
	await inFolder({ 'counter.sim.ts': simulationOf('counter') }, async (folder) => {
		const random = read(await flotilla(folder, 'sim', '--random', '--seeds', '1', '--json'));
		const { firstSeed, lastSeed } = random.summary;
		assert.equal(firstSeed, lastSeed);
		const [again, shown, trace] = await Promise.all([
			flotilla(folder, 'sim', '--seed', String(firstSeed), '--json'),
			flotilla(folder, 'sim', '--seed', String(firstSeed)),
			flotilla(folder, 'sim', '--seed', String(firstSeed), '--trace'),
		]);
		assert.deepEqual(hashes(read(again)), hashes(random));
		assert.match(shown.stdout, new RegExp(`1 simulation, seed ${firstSeed}\n`));
		assert.match(shown.stdout, /Nothing found/);
		const [hash] = Object.values(hashes(random));
		assert.match(trace.stdout, new RegExp(`seed ${firstSeed}: .* trace ${hash}\n`));
		assert.match(trace.stdout, /call #1 counter@1\/add \{"id":"a"\}/);
		for (const { stdout, stderr } of [shown, trace])
			assert.ok(!`${stdout}${stderr}`.includes('\x1b'));
	});
});

const broken = simulationOf(
	'broken',
	"world.always('few are added', 'counter', (rows) => rows`select id from added`.length < 3);",
);

test('a finding is shrunk, saved and drawn, and replayed first from then on', async () => {
	await inFolder({ 'broken.sim.ts': broken }, async (folder) => {
		const first = await flotilla(folder, 'sim', '--seeds', '2');
		assert.equal(first.code, 1, first.stderr);
		assert.match(first.stdout, /broken: always: few are added/);
		assert.match(first.stdout, /It takes no fault at all/);
		assert.match(first.stdout, /1 finding\n/);
		const [saved = '', ...others] = readdirSync(join(folder, 'regressions'));
		assert.deepEqual(others, []);
		const { seed, only } = JSON.parse(readFileSync(join(folder, 'regressions', saved), 'utf8'));
		assert.deepEqual(only, []);
		for (const kind of ['svg', 'mmd']) {
			assert.ok(existsSync(join(folder, `.flotilla/findings/${basename(saved, '.json')}.${kind}`)));
		}
		const path = `regressions/${saved}`;
		const [second, replayed] = await Promise.all([
			flotilla(folder, 'sim', '--seeds', '1', '--jobs', '1', '--json'),
			flotilla(folder, 'sim', path, '--trace'),
		]);
		assert.equal(second.code, 1);
		const { runs, summary } = read(second);
		assert.deepEqual([runs[0]?.regression, runs[0]?.seed, runs[1]?.regression], [path, seed, null]);
		const [finding] = summary.findings as readonly Line[];
		assert.deepEqual(undocumented('A line for each run', runs[0]), []);
		assert.deepEqual(undocumented('Then one line', summary), []);
		assert.deepEqual(undocumented('A finding:', finding), []);
		assert.equal(finding?.hasComeBack, true);
		assert.equal(finding.replay, `npx flotilla sim ${path} --trace`);
		assert.equal(replayed.code, 1);
		assert.match(replayed.stdout, /always: few are added/);
		assert.equal(readdirSync(join(folder, 'regressions')).length, 1);
	});
});

test('with --no-save nothing is written, and the line to replay can be typed as it stands', async () => {
	const named = broken.replace("simulation('broken'", "simulation('broken, they say'");
	await inFolder({ 'broken.sim.ts': named }, async (folder) => {
		const few = ['--seeds', '1', '--no-save', '--shrink-tries', '0'];
		const { code, stdout } = await flotilla(folder, 'sim', ...few);
		assert.equal(code, 1);
		assert.deepEqual(readdirSync(folder).sort(), ['app.ts', 'broken.sim.ts']);
		const [, line = ''] = /Replay: +npx flotilla (.+)/.exec(stdout) ?? [];
		const words = [...line.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
		const replayed = await flotilla(folder, ...words);
		assert.equal(replayed.code, 1, replayed.stderr);
		assert.match(replayed.stdout, /always: few are added/);
	});
});

test('what never happened in twenty seeds is a finding, in fewer a remark', async () => {
	const never = simulationOf('never', "world.sometimes('pigs fly', false);");
	await inFolder({ 'never.sim.ts': never }, async (folder) => {
		const [few, many] = await Promise.all([
			flotilla(folder, 'sim', '--seeds', '2', '--json'),
			flotilla(folder, 'sim', '--seeds', '20'),
		]);
		assert.equal(few.code, 0);
		const [remark] = read(few).summary.never as readonly Line[];
		assert.equal(remark?.name, 'pigs fly');
		assert.equal(many.code, 1);
		assert.match(many.stdout, /Never happened, so it was not tested:\n {2}never: pigs fly/);
	});
});

test('a file that cannot be run says why and what to do, and exits with 2', async () => {
	const files = {
		'throws.ts': "throw new Error('no luck');",
		'empty.ts': 'export const nothing = 1;',
	};
	await inFolder(files, async (folder) => {
		const refusals: readonly (readonly [path: string, says: RegExp])[] = [
			['missing', /^error: There is no file or folder missing\.\n$/],
			['throws.ts', /throws\.ts cannot be run: Error: no luck/],
			['empty.ts', /exports no simulation[\s\S]*export default simulation\(/],
		];
		const answers = await Promise.all(refusals.map(([path]) => flotilla(folder, 'sim', path)));
		for (const [index, { code, stdout, stderr }] of answers.entries()) {
			const [path, says] = refusals[index] as (typeof refusals)[number];
			assert.equal(code, 2, path);
			assert.match(stderr, says);
			assert.equal(stdout, '', path);
		}
	});
});

test('Ctrl-C ends a batch with what it found so far; a reader that goes away ends it quietly', async () => {
	await inFolder({ 'counter.sim.ts': simulationOf('counter') }, async (folder) => {
		const stopped = start(folder, 'sim', '--seeds', '100000');
		const unread = start(folder, 'sim', '--seeds', '100000', '--json');
		const results = Promise.all([ended(stopped), ended(unread)]);
		stopped.stdout?.once('data', () => stopped.kill('SIGINT'));
		unread.stdout?.once('data', () => unread.stdout?.destroy());
		const [interrupted, quiet] = await results;
		assert.equal(interrupted.code, 130);
		assert.match(
			interrupted.stdout,
			/Stopped after \d+ of 100,000 runs[\s\S]*Nothing found so far/,
		);
		assert.equal(quiet.code, 0);
		assert.equal(quiet.stderr, '');
	});
});
