import { Worker } from 'node:worker_threads';

/** How long the process may take to end in peace once whoever has started it is gone. */
const ORPHAN_MS = 3_000;

/** In a thread of its own, since a loop without end in the app would keep this one from it. */
const WATCH = `
	const { workerData } = require('node:worker_threads');
	const timer = setInterval(() => {
		if (process.ppid === workerData.parent) return;
		clearInterval(timer);
		setTimeout(() => process.kill(process.pid, 'SIGKILL'), workerData.orphanMs);
	}, 500);
`;

/** Ends this process after whoever has started it, however that ended: in peace, or soon after. */
export function endAfterParent(): void {
	process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
	// A program that has nothing more to do shall end.
	process.channel?.unref();
	const workerData = { parent: process.ppid, orphanMs: ORPHAN_MS };
	new Worker(WATCH, { eval: true, execArgv: [], workerData }).unref();
}
