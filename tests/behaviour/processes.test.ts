import { test } from 'node:test';
import { behaviours } from './behaviours.ts';
import { openProcesses } from './testing-processes.ts';

for (const { name, run } of behaviours) {
	test(`in a process each: ${name}`, async () => {
		await using opened = new AsyncDisposableStack();
		await run(await openProcesses(opened, { instances: 1 }));
	});
}
