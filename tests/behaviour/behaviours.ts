import assert from 'node:assert/strict';
import {
	type Client,
	type Contract,
	type FlotillaError,
	isDeclaredError,
	type Principal,
} from 'flotilla';
import { Callee, Front } from './contracts.ts';

/** The app of this folder, however it runs. */
export interface World {
	/** A client outside of every service. */
	client<C extends Contract>(contract: C, options?: { readonly principal?: Principal }): Client<C>;
	/** Waits, in whatever time the app lives in. */
	sleep(ms: number): Promise<void>;
	/** Ends the process that runs a service, without a word; absent where all run in one process. */
	readonly kill?: (service: string) => Promise<void>;
	/** Starts it again. */
	readonly start?: (service: string) => Promise<void>;
}

export interface Behaviour {
	readonly name: string;
	/** It ends processes. */
	readonly kills?: true;
	run(world: World): Promise<void>;
}

/** What must be the same in one process, in several, and in a simulated world. */
export const behaviours: readonly Behaviour[] = [
	{
		name: 'a query is answered',
		run: async (world) => {
			const callee = world.client(Callee);
			assert.deepEqual(await callee.echo({ text: 'hello, Wörld \u{1f30d}' }), {
				text: 'hello, Wörld \u{1f30d}',
			});
		},
	},
	{
		name: 'a schema with two sides has its input form on the way and its output form at the end',
		run: async (world) => {
			const { next } = await world.client(Callee).day({ date: '2026-02-28' });
			assert.equal(next.getTime(), Date.parse('2026-03-01'));
		},
	},
	{
		name: 'input that does not match is refused, and unknown fields are ignored',
		run: async (world) => {
			const callee = world.client(Callee);
			const wrong = { text: 7 } as unknown as { text: string };
			await refuses(callee.echo(wrong), 'FLOTILLA_INPUT_INVALID', 'none');
			const more = { text: 'x', colour: 'red' } as { text: string };
			assert.deepEqual(await callee.echo(more), { text: 'x' });
		},
	},
	{
		name: 'a declared error arrives with its data',
		run: async (world) => {
			const refused = await world.client(Callee).try.refuse({ reason: 'no time' });
			assert.ok(!refused.ok);
			assert.equal(refused.error.code, 'refused');
			assert.deepEqual(refused.error.data, { reason: 'no time' });
			assert.ok(isDeclaredError(refused.error));
			const { said } = await world.client(Front).askRefused({ reason: 'twice' });
			assert.equal(said, 'twice');
		},
	},
	{
		name: 'a bug is reported without its inside',
		run: async (world) => {
			const error = await refuses(world.client(Callee).fail(), 'FLOTILLA_HANDLER_FAILED', 'none');
			assert.ok(!error.message.includes('nobody declared'), error.message);
		},
	},
	{
		name: 'a deadline ends the wait, also below',
		run: async (world) => {
			const slow = world.client(Callee).slow({ forMs: 30_000 }, { timeoutMs: 200 });
			await refuses(slow, 'FLOTILLA_DEADLINE_EXCEEDED', 'none');
			const { code } = await world.client(Front).askSlow({ forMs: 30_000, timeoutMs: 200 });
			assert.equal(code, 'FLOTILLA_DEADLINE_EXCEEDED');
			const { remainingMs } = await world.client(Callee).slow({ forMs: 10 }, { timeoutMs: 5_000 });
			assert.ok(remainingMs > 2_000 && remainingMs <= 5_000, `${remainingMs} ms`);
		},
	},
	{
		name: 'who aborts waits no more',
		run: async (world) => {
			const controller = new AbortController();
			const slow = world.client(Callee).slow({ forMs: 30_000 }, { signal: controller.signal });
			const refused = refuses(slow, 'FLOTILLA_CANCELLED', 'none');
			await world.sleep(50);
			controller.abort();
			await refused;
		},
	},
	{
		name: 'who is asking travels along, and so does the calling service',
		run: async (world) => {
			const principal = { subject: 'ada', issuer: 'test', scopes: ['user', 'admin'] };
			const scopes = [...principal.scopes];
			assert.deepEqual(await world.client(Callee, { principal }).who(), {
				...{ subject: 'ada', scopes, peer: 'outside' },
			});
			assert.deepEqual(await world.client(Front, { principal }).ask(), {
				...{ subject: 'ada', scopes, peer: 'front' },
			});
			assert.equal((await world.client(Callee).who()).subject, 'nobody');
		},
	},
	{
		name: 'a streaming result arrives in order and whole, however slow its reader',
		run: async (world) => {
			const numbers: number[] = [];
			for await (const { number } of world.client(Callee).count({ to: 200 })) {
				numbers.push(number);
				if (number % 50 === 0) await world.sleep(20);
			}
			assert.deepEqual(
				numbers,
				Array.from({ length: 200 }, (_, index) => index + 1),
			);
		},
	},
	{
		name: 'a streaming result that fails says why after what it gave',
		run: async (world) => {
			const numbers: number[] = [];
			const read = async (): Promise<void> => {
				for await (const { number } of world.client(Callee).countAndFail()) numbers.push(number);
			};
			await refuses(read(), 'FLOTILLA_UNAVAILABLE', 'none');
			assert.deepEqual(numbers, [1]);
		},
	},
	{
		name: 'a reader who leaves ends the streaming result at its source',
		run: async (world) => {
			const callee = world.client(Callee);
			const before = (await callee.left()).readers;
			for await (const { number } of callee.count({ to: 1_000_000 })) if (number === 3) break;
			await eventually(world, async () => {
				assert.equal((await callee.left()).readers, before + 1);
			});
		},
	},
	{
		name: 'a command that is sent again under its key happens once',
		run: async (world) => {
			const callee = world.client(Callee);
			const add = (idempotencyKey: string) =>
				callee.add({ key: 'once', value: 1 }, { idempotencyKey });
			const [first, second] = [await add('k1'), await add('k1')];
			assert.deepEqual(first, { entries: 1 });
			assert.deepEqual(second, first);
			const both = await Promise.all([add('k2'), add('k2'), add('k2')]);
			assert.deepEqual(both, [{ entries: 2 }, { entries: 2 }, { entries: 2 }]);
			const other = callee.add({ key: 'once', value: 2 }, { idempotencyKey: 'k1' });
			await refuses(other, 'FLOTILLA_IDEMPOTENCY_KEY_REUSED', 'none');
			const refused = await callee.try.add({ key: 'once', value: -1 });
			assert.ok(!refused.ok);
			assert.deepEqual((await callee.entries({ key: 'once' })).values, [1, 1]);
		},
	},
	{
		name: 'events arrive once, in the order of their key',
		run: async (world) => {
			const callee = world.client(Callee);
			const keys = ['red', 'green', 'blue'];
			const values = Array.from({ length: 15 }, (_, index) => index);
			await Promise.all(
				keys.map(async (key) => {
					for (const value of values) await callee.add({ key, value });
				}),
			);
			await eventually(world, async () => {
				for (const key of keys) {
					assert.deepEqual((await world.client(Front).seen({ key })).values, values);
				}
			});
		},
	},
	{
		name: 'what is large arrives whole, and what is too large is refused with a reason',
		run: async (world) => {
			const callee = world.client(Callee);
			const text = 'ö'.repeat(400_000);
			assert.equal((await callee.echo({ text })).text, text);
		},
	},
	{
		name: 'a service that is gone is unavailable, and is found again when it is back',
		kills: true,
		run: async (world) => {
			const callee = world.client(Callee);
			await callee.add({ key: 'gone', value: 1 });
			await world.kill?.('callee');
			const refused = await callee.echo({ text: 'x' }, { timeoutMs: 3_000 }).catch(errorOf);
			assert.match(
				(refused as FlotillaError).code,
				/^FLOTILLA_(UNAVAILABLE|DEADLINE_EXCEEDED|CONNECTION_LOST)$/,
			);
			await world.start?.('callee');
			await eventually(world, async () => {
				assert.deepEqual((await callee.entries({ key: 'gone' })).values, [1]);
			});
			// Events flow again, those from before too.
			await callee.add({ key: 'gone', value: 2 });
			await eventually(world, async () => {
				assert.deepEqual((await world.client(Front).seen({ key: 'gone' })).values, [1, 2]);
			});
		},
	},
	{
		name: 'an event that nobody can take waits for its subscriber',
		kills: true,
		run: async (world) => {
			const callee = world.client(Callee);
			await world.kill?.('front');
			await callee.add({ key: 'late', value: 1 });
			await callee.add({ key: 'late', value: 2 });
			await world.start?.('front');
			await eventually(world, async () => {
				assert.deepEqual((await world.client(Front).seen({ key: 'late' })).values, [1, 2]);
			});
		},
	},
	{
		name: 'a command that was under way when its process died tells so, and its key settles it',
		kills: true,
		run: async (world) => {
			const callee = world.client(Callee);
			const slow = callee.slow({ forMs: 30_000 }, { timeoutMs: 2_000 }).catch(errorOf);
			await world.sleep(100);
			await world.kill?.('callee');
			assert.match(((await slow) as FlotillaError).code, /^FLOTILLA_/);
			await world.start?.('callee');
			const add = () => callee.add({ key: 'settled', value: 1 }, { idempotencyKey: 'settled' });
			await eventually(world, async () => void (await add()));
			await add();
			assert.deepEqual((await callee.entries({ key: 'settled' })).values, [1]);
		},
	},
];

async function refuses(
	answer: Promise<unknown>,
	code: string,
	effect: string,
): Promise<FlotillaError> {
	const error = (await answer.then(
		() => assert.fail(`it was answered instead of ${code}`),
		errorOf,
	)) as FlotillaError;
	assert.equal(error.code, code, error.message);
	assert.equal(error.effect, effect);
	return error;
}

function errorOf(error: unknown): unknown {
	return error;
}

/** Tries until `check` no longer throws, for at most 30 seconds of the world's time. */
async function eventually(world: World, check: () => Promise<void>): Promise<void> {
	for (let tries = 0; ; tries++) {
		try {
			await check();
			return;
		} catch (error) {
			if (tries >= 300) throw error;
			await world.sleep(100);
		}
	}
}
