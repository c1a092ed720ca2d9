/**
 * Counts the lines of event-lines.mjs. `files` are those that the run was given: one that did not
 * come to its end, or that held no test, is a failure, so nothing goes missing unseen.
 *
 * @param {{ event: string, file?: string, name?: string, reason?: string }[]} lines
 * @param {string[]} files
 * @param {'none' | 'process'} isolation
 */
export function tally(lines, files, isolation) {
	const counts = { passed: 0, failed: 0, skipped: 0 };
	const reasons = new Map();
	const problems = [];
	const complete = new Set();
	const failedFiles = new Set();
	let ended = false;
	for (const { event, file, reason } of lines) {
		if (event in counts) counts[event]++;
		if (event === 'skipped') reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
		if (event === 'failed') failedFiles.add(file);
		if (event === 'file complete' || (isolation === 'none' && event in counts)) complete.add(file);
		if (event === 'run complete') ended = true;
	}
	for (const file of ended ? files : []) {
		if (complete.has(file) || failedFiles.has(file)) continue;
		problems.push(`${file}: no test ran, or it left by process.exit()`);
	}
	if (!ended) problems.push(`the run did not come to its end${unfinished(lines)}`);
	counts.failed += problems.length;
	return { ...counts, reasons, problems };
}

/** What the run was at when it stopped. */
function unfinished(lines) {
	const open = new Map();
	for (const { event, file, name } of lines) {
		const key = `${file}: ${name}`;
		if (event === 'started') open.set(key, (open.get(key) ?? 0) + 1);
		if (event === 'ended') open.set(key, (open.get(key) ?? 0) - 1);
	}
	const names = [...open].filter(([, count]) => count > 0).map(([name]) => name);
	if (names.length === 0)
		return '; every test that began had ended: a timer or socket left open, or process.exit()?';
	return `; still open:\n${names.map((name) => `    ${name}`).join('\n')}`;
}
