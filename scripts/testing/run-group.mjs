import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tally } from './tally.mjs';

const POLL_MS = 500;
const KILL_MS = 5_000;
const reporter = fileURLToPath(new URL('event-lines.mjs', import.meta.url));
const fixedSeeds = new URL('fixed-seeds.mjs', import.meta.url).href;

/** Below this a second process costs more than it saves. */
const FEWEST_FILES_TO_SHARE = 20;

/** Runs test files and counts: those that share a process in as many processes as there are cores. */
export async function runGroup({ files, isolation, ...options }) {
	const shared = isolation === 'none' && files.length >= FEWEST_FILES_TO_SHARE;
	const processes = shared ? availableParallelism() : 1;
	// Neighbours are alike, so taking turns gives each process about as much to do.
	const shares = Array.from({ length: processes }, (_, share) =>
		files.filter((_, index) => index % processes === share),
	);
	const results = await Promise.all(
		shares.map((share) => runShare({ files: share, isolation, ...options })),
	);
	return results.reduce(sumOf);
}

function sumOf(left, right) {
	const reasons = new Map(left.reasons);
	for (const [reason, count] of right.reasons)
		reasons.set(reason, (reasons.get(reason) ?? 0) + count);
	return {
		passed: left.passed + right.passed,
		failed: left.failed + right.failed,
		skipped: left.skipped + right.skipped,
		problems: [...left.problems, ...right.problems],
		reasons,
	};
}

/**
 * Runs test files in one `node --test` and counts. A run that shows no event for `timeoutMs` and a
 * little more hangs, and is ended.
 */
async function runShare({ files, isolation, timeoutMs, flags = [], show = 'dot', root }) {
	// Then most files hold no test that was asked for.
	const isPartial = flags.some((flag) => flag.startsWith('--test-name-pattern'));
	const folder = mkdtempSync(join(tmpdir(), 'flotilla-test-'));
	const events = join(folder, 'events.jsonl');
	const args = ['--import', fixedSeeds, '--test'];
	args.push(`--test-isolation=${isolation}`, `--test-timeout=${timeoutMs}`);
	// Processes wait for each other and for disks: one for each core keeps all of them busy.
	if (isolation === 'process') args.push(`--test-concurrency=${availableParallelism()}`);
	args.push(`--test-reporter=${show}`, '--test-reporter-destination=stdout');
	args.push(`--test-reporter=${reporter}`, `--test-reporter-destination=${events}`);
	try {
		const exit = await runWatched([...args, ...flags, ...files], events, timeoutMs + 15_000, root);
		const text = existsSync(events) ? readFileSync(events, 'utf8') : '';
		const result = tally(parse(text), isPartial ? [] : files, isolation);
		if (exit !== 0 && result.failed === 0) {
			result.failed++;
			result.problems.push(`node --test ended with ${exit} although no test failed`);
		}
		return result;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** A run that was ended may have written half a line. */
function parse(text) {
	const whole = text.slice(0, text.lastIndexOf('\n') + 1);
	return whole
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line));
}

function runWatched(args, events, idleLimitMs, root) {
	const child = spawn(process.execPath, args, {
		cwd: root,
		stdio: ['ignore', 'inherit', 'inherit'],
		// Else a run inside a test would take itself for a part of that one.
		env: { ...process.env, NODE_TEST_CONTEXT: undefined },
	});
	const startedMs = Date.now();
	let killer;
	const watch = setInterval(() => {
		const lastMs = existsSync(events) ? statSync(events).mtimeMs : startedMs;
		if (Date.now() - Math.max(lastMs, startedMs) < idleLimitMs || killer) return;
		console.error(`\nno test started or ended for ${idleLimitMs} ms: ending the run`);
		child.kill('SIGTERM');
		killer = setTimeout(() => child.kill('SIGKILL'), KILL_MS);
	}, POLL_MS);
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code, signal) => {
			clearInterval(watch);
			clearTimeout(killer);
			resolve(code ?? signal);
		});
	});
}
