// A reporter for node:test that writes one JSON line for each event that counting needs. The
// runner's own sums will not do: they call a file without any test, and a file that leaves by
// process.exit(), a passed test.
import { resolve } from 'node:path';

/** Whether the event speaks of a whole file, not of a test in it. */
function isFile({ nesting, name, file }) {
	return nesting === 0 && file !== undefined && resolve(name) === file;
}

/** A suite fails with its tests, which are counted themselves; alone only through its hooks. */
function isCounted({ type, data }) {
	const error = data.details?.error?.failureType;
	if (data.details?.type === 'suite') return type === 'test:fail' && error !== 'subtestsFailed';
	return !isFile(data) || (type === 'test:fail' && error !== 'subtestsFailed');
}

function outcome({ type, data }) {
	for (const mark of [data.skip, data.todo]) {
		if (mark === undefined || mark === false) continue;
		return {
			event: 'skipped',
			reason: typeof mark === 'string' && mark ? mark : 'no reason given',
		};
	}
	return { event: type === 'test:pass' ? 'passed' : 'failed' };
}

function lineOf(event) {
	const { file, name } = event.data;
	switch (event.type) {
		case 'test:dequeue':
			return { event: 'started', file, name };
		case 'test:complete':
			return { event: 'ended', file, name };
		case 'test:pass':
		case 'test:fail':
			return isCounted(event) ? { ...outcome(event), file, name } : undefined;
		case 'test:summary':
			return { event: file === undefined ? 'run complete' : 'file complete', file };
	}
}

export default async function* eventLines(source) {
	for await (const event of source) {
		const line = lineOf(event);
		if (line) yield `${JSON.stringify(line)}\n`;
	}
}
