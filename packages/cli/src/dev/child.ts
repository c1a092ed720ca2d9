// The process that `flotilla dev` starts anew at each change. What it loads is reported, so nothing
// but this may be imported before the hooks are there.

import { reportLoadedFiles } from './loaded-files.ts';
import type { DevMessage, DevRequest } from './messages.ts';

/** How long it may take to end in peace once whoever has started it is gone. */
const ORPHAN_MS = 3_000;

const request = JSON.parse(process.argv[2] ?? '') as DevRequest;

const tell = (message: DevMessage): void => {
	if (process.connected) process.send?.(message);
};

// Whoever has started it was killed, so nobody will stop it.
process.once('disconnect', () => {
	setTimeout(() => process.kill(process.pid, 'SIGKILL'), ORPHAN_MS).unref();
	process.kill(process.pid, 'SIGTERM');
});
// A program that has nothing more to do shall end.
process.channel?.unref();

reportLoadedFiles((path, version) => tell({ kind: 'file', path, version }));

const { runInDevelopment } = await import('./run-in-development.ts');
await runInDevelopment(request, tell);
