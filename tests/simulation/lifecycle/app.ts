import { hostname } from 'node:os';
import { setInterval as intervals, setTimeout as sleep } from 'node:timers/promises';
import { app, contract, service } from 'flotilla';
import { z } from 'zod';

export const Life = contract('life', {
	version: 1,
	commands: {
		work: {
			input: z.object({ forMs: z.int() }),
			output: z.object({ pid: z.int() }),
			idempotent: true,
		},
	},
});

/** Tells the test, past the simulation, that code of this process ran. Built-in objects are shared. */
function tell(what: string): void {
	const listener = Reflect.get(Array, Symbol.for('lifecycle')) as
		| ((process: string, what: string) => void)
		| undefined;
	listener?.(`${hostname()}/${process.pid - 1_000}`, what);
}

const life = service(Life, {}, () => {
	setInterval(() => tell('interval'), 100);
	void (async () => {
		try {
			for await (const _ of intervals(130)) tell('iterator');
		} finally {
			tell('finally');
		}
	})();
	return {
		commands: {
			work: async ({ forMs }) => {
				try {
					await sleep(forMs);
					tell('resumed');
				} finally {
					tell('finally');
				}
				return { pid: process.pid };
			},
		},
	};
});

const living = app('living', [life]);
export default living;
