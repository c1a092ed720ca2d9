// The process that `flotilla dev` starts anew at each change. What it loads is reported, so nothing
// but this may be imported before the hooks are there.

import { reportLoadedFiles } from './loaded-files.ts';
import type { DevMessage, DevRequest } from './messages.ts';
import { endAfterParent } from './orphan-watch.ts';

const request = JSON.parse(process.argv[2] ?? '') as DevRequest;

const tell = (message: DevMessage): void => {
	if (process.connected) process.send?.(message);
};

endAfterParent();
reportLoadedFiles((path, version) => tell({ kind: 'file', path, version }));

const { runInDevelopment } = await import('./run-in-development.ts');
await runInDevelopment(request, tell);
