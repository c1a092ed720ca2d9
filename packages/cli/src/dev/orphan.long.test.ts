import { test } from 'node:test';
import { gone, RunningCommand } from '../run/testing-running-command.ts';
import { inFolder } from '../sim/testing-command.ts';

test('the app ends when the command is killed, even when it is in a loop without end', async () => {
	const app = "console.log('in ' + process.pid + '.');\nfor (;;);";
	await inFolder({ 'app.ts': app }, async (folder) => {
		const dev = new RunningCommand({ folder }, 'dev');
		const child = Number(await dev.says('stdout', /in (\d+)\./));
		await dev.stop('SIGKILL');
		await gone(child);
	});
});
