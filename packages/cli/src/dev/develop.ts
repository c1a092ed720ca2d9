import { projectOf } from '../project/project.ts';
import { configNamed } from '../project/settings-options.ts';
import { addressLines } from '../run/addresses.ts';
import { paint, paintError } from '../terminal/paint.ts';
import { shownPath } from '../terminal/shown-path.ts';
import { DevChild, type Ended } from './child-process.ts';
import { LogView } from './log-view.ts';
import type { DevMessage, DevRequest, RunningMessage } from './messages.ts';
import { StopRequest } from './stop-request.ts';
import { WatchedFiles } from './watched-files.ts';

/** Files that are named when several have changed at once. */
const FILES_NAMED = 3;

/**
 * Runs an app in a child process, again after each change of a file that it has loaded.
 *
 * @returns The exit code, once somebody has asked to stop.
 * @throws {UsageError} There is nothing to run.
 */
export async function develop(request: DevRequest, json: boolean): Promise<number> {
	projectOf(request.path, configNamed(request.typed));
	using files = new WatchedFiles();
	using stop = new StopRequest();
	const log = json ? undefined : new LogView((text) => void process.stderr.write(text));
	let { typed } = request;
	let told: RunningMessage | undefined;
	for (;;) {
		const used = new Set<string>();
		let isRunning = false;
		const onMessage = (message: DevMessage): void => {
			if (message.kind === 'file') {
				used.add(message.path);
				files.use(message.path, message.version);
				return;
			}
			isRunning = true;
			if (message.kind === 'program') return;
			const { chosenPort } = message;
			// Else a browser and a terminal would have to follow it at each change.
			if (chosenPort !== undefined) typed = { ...typed, port: String(chosenPort) };
			console.log(json ? jsonOf(message) : greeting(message, told));
			told = message;
		};
		const child = new DevChild({
			request: { ...request, typed },
			onMessage,
			...(log && { onErrorOutput: (text: string) => log.push(text) }),
		});
		stop.onImpatience(() => child.kill());
		const ended = child.ended.then((how) => ({ how }));
		const changes = files.changes();
		const first = await Promise.race([ended, changes, stop.signal]);
		if (typeof first === 'string') await child.stop(first);
		else if ('how' in first) tellEnd(first.how, isRunning);
		else await child.stop('SIGTERM');
		log?.end();
		if (isRunning) files.keepOnly(used);
		const next = await Promise.race([stop.signal, changes]);
		if (typeof next === 'string') return stop.exitCode;
		note(`${namesOf(next)} changed.`);
	}
}

/** Where the app is, and how it is called; that alone when nothing is new since it was told. */
function greeting(running: RunningMessage, told: RunningMessage | undefined): string {
	const title = paint('bold', `${running.app} runs`);
	const lines = linesBelow(running);
	if (told !== undefined && linesBelow(told).join() === lines.join()) return title;
	return [title, '', ...lines, ''].join('\n');
}

function linesBelow(running: RunningMessage): readonly string[] {
	const { call, noDeveloper } = running;
	return [
		addressLines(running),
		...(call === undefined ? [] : ['', `  ${paint('cyan', call)}`]),
		...(noDeveloper === undefined ? [] : ['', `  No developer's token: ${noDeveloper}.`]),
	];
}

function jsonOf({ app, url, processId, data, call }: RunningMessage): string {
	return JSON.stringify({ app, url, processId, data, ...(call && { call }) });
}

function tellEnd({ code, signal }: Ended, hasRun: boolean): void {
	const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
	const what = hasRun ? `It has ended ${how}.` : 'It has not started.';
	note(`${what} Waiting for a change; Ctrl-C ends.`);
}

function note(text: string): void {
	process.stderr.write(`${paintError('magenta', `dev: ${text}`)}\n`);
}

function namesOf(paths: readonly string[]): string {
	const names = paths.slice(0, FILES_NAMED).map((path) => shownPath(path));
	const left = paths.length - names.length;
	return left === 0 ? names.join(', ') : `${names.join(', ')} and ${left} more`;
}
