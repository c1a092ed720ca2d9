import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import * as crypto from 'node:crypto';
import * as os from 'node:os';
import { performance as named } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import * as timers from 'node:timers';
import * as promises from 'node:timers/promises';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { drive } from '../drive/drive.ts';
import { driveWork, machineProcess, startMs, virtually } from '../drive/testing-drive.ts';
import { testingKernel } from '../kernel/testing-kernel.ts';
import { installGlobals } from './install.ts';

const uninstall = installGlobals();
after(uninstall);

/** The machine's wall clock when the work of these tests starts: 5 ms of virtual time have passed. */
const wallMs = startMs + 5;
const iso = '2026-01-02T03:04:05.683Z';

/** What code of a process gets, beside what everybody else gets at the same time. */
const clocks: Readonly<Record<string, readonly [virtual: unknown, read: () => unknown]>> = {
	'Date.now': [wallMs, () => Date.now()],
	'new Date': [iso, () => new Date().toISOString()],
	'new Date of its own constructor': [
		wallMs,
		() => new (new Date(0).constructor as DateConstructor)().getTime(),
	],
	'a subclass of Date': [wallMs, () => new (class extends Date {})().getTime()],
	'Date as a function': [new Date(wallMs).toString(), () => Date()],
	'Date.prototype.toLocaleString': ['1/2/2026, 3:04:05 AM', () => new Date().toLocaleString()],
	'Date.prototype.getHours': [3, () => new Date().getHours()],
	'Intl.DateTimeFormat format': ['1/2/2026', () => new Intl.DateTimeFormat().format()],
	'Intl.DateTimeFormat called': ['1/2/2026', () => Intl.DateTimeFormat().format()],
	'Intl.DateTimeFormat formatToParts': [
		'1',
		() => new Intl.DateTimeFormat('de', { month: 'numeric' }).formatToParts()[0]?.value,
	],
	'performance.now': [1_005, () => performance.now()],
	'performance.now of node:perf_hooks': [1_005, () => named.now()],
	'performance.timeOrigin': [wallMs - 1_005, () => performance.timeOrigin],
	'performance.mark': [1_005, () => performance.mark('m').startTime],
	'the time stamp of an event': [1_005, () => new Event('x').timeStamp],
	'process.hrtime': ['1,5000000', () => String(process.hrtime())],
	'process.hrtime since': ['0,5000000', () => String(process.hrtime([1, 0]))],
	'process.hrtime.bigint': [1_005_000_000n, () => process.hrtime.bigint()],
	'process.uptime': [1.005, () => process.uptime()],
	'os.uptime': [1.005, () => os.uptime()],
};

for (const [name, [virtual, read]] of Object.entries(clocks)) {
	test(`${name} is virtual inside and real outside`, async () => {
		assert.equal(await virtually(read), virtual);
		assert.equal(typeof read(), typeof virtual);
		if (name !== 'Date.prototype.getHours') assert.notEqual(read(), virtual);
	});
}

test('Temporal.Now is virtual inside and real outside', {
	skip: !('Temporal' in globalThis),
}, async () => {
	const { Temporal: temporal } = globalThis as unknown as {
		Temporal: { Now: Record<string, (zone?: string) => unknown> };
	};
	const read = (): string[] =>
		['instant', 'plainDateTimeISO', 'plainDateISO', 'plainTimeISO', 'zonedDateTimeISO'].map(
			(name) => String(temporal.Now[name]?.()),
		);
	const bare = iso.slice(0, -1);
	const [date, time] = bare.split('T');
	assert.deepEqual(await virtually(read), [iso, bare, date, time, `${bare}+00:00[UTC]`]);
	assert.equal(
		await virtually(() => String(temporal.Now.zonedDateTimeISO?.('Asia/Tokyo'))),
		'2026-01-02T12:04:05.683+09:00[Asia/Tokyo]',
	);
	assert.equal(await virtually(() => temporal.Now.timeZoneId?.()), 'UTC');
	assert.notEqual(read()[0]?.slice(0, 10), iso.slice(0, 10));
});

test('dates are dates as ever', async () => {
	for (const where of [virtually, (work: () => unknown) => work()]) {
		assert.equal(
			await where(() => {
				const date = new Date(2026, 0, 2, 3);
				const copy = new Date(date);
				return [
					date instanceof Date,
					Date.name,
					date.toISOString(),
					copy.getTime() === date.getTime(),
					Date.UTC(2026, 0),
					new Date('2026-01-02').getTime() === Date.parse('2026-01-02T00:00:00'),
					structuredClone(date) instanceof Date,
				].join();
			}),
			'true,Date,2026-01-02T03:00:00.000Z,true,1767225600000,true,true',
		);
	}
});

test('what a locale decides is English when it is left open, else what is said', async () => {
	const seen = await virtually(() => [
		(1234.5).toLocaleString(),
		(1234.5).toLocaleString('de'),
		12_345n.toLocaleString(),
		new Intl.NumberFormat().resolvedOptions().locale,
		new Intl.Collator('sv').resolvedOptions().locale,
		'ä'.localeCompare('z', 'sv') > 0,
		'ä'.localeCompare('z') < 0,
		'i'.toLocaleUpperCase(),
		new Intl.NumberFormat('en') instanceof Intl.NumberFormat,
	]);
	assert.deepEqual(seen, ['1,234.5', '1.234,5', '12,345', 'en-US', 'sv', true, true, 'I', true]);
});

/** Everything random, each as text of a fixed form. */
const chances: Readonly<Record<string, readonly [RegExp, () => unknown]>> = {
	'Math.random': [/^0\.\d+(e-\d+)?$/, () => Math.random()],
	'crypto.randomUUID': [/^\w{8}-\w{4}-4\w{3}-[89ab]\w{3}-\w{12}$/, () => crypto.randomUUID()],
	'globalThis.crypto.randomUUID': [
		/^\w{8}-\w{4}-4\w{3}-[89ab]\w{3}-\w{12}$/,
		() => globalThis.crypto.randomUUID(),
	],
	'crypto.getRandomValues': [/^\d+,\d+$/, () => crypto.getRandomValues(new Uint32Array(2))],
	'globalThis.crypto.getRandomValues': [
		/^\d+,\d+,\d+$/,
		() => globalThis.crypto.getRandomValues(new Uint16Array(3)),
	],
	'crypto.webcrypto.getRandomValues': [
		/^\d+$/,
		() => crypto.webcrypto.getRandomValues(new Uint32Array(1)),
	],
	'crypto.randomBytes': [/^[0-9a-f]{26}$/, () => crypto.randomBytes(13).toString('hex')],
	'crypto.randomBytes with a callback': [
		/^[0-9a-f]{26}$/,
		async () => (await promisify(crypto.randomBytes)(13)).toString('hex'),
	],
	'crypto.randomInt': [/^\d+$/, () => crypto.randomInt(2 ** 47)],
	'crypto.randomInt with a callback': [
		/^\d+$/,
		() => new Promise((resolve) => crypto.randomInt(1, 2 ** 47, (_, value) => resolve(value))),
	],
	'crypto.randomFillSync': [/^0,\d+,\d+,0$/, () => crypto.randomFillSync(new Uint32Array(4), 1, 2)],
	'crypto.randomFill': [
		/^\d+,\d+$/,
		() =>
			new Promise((resolve) => crypto.randomFill(new Uint32Array(2), (_, array) => resolve(array))),
	],
};

for (const [name, [form, draw]] of Object.entries(chances)) {
	test(`${name} is seeded inside and random outside`, async () => {
		const draws: string[] = [];
		for (const seed of [1, 1, 2]) draws.push(String(await virtually(draw, { seed })));
		assert.equal(draws[0], draws[1]);
		assert.notEqual(draws[0], draws[2]);
		for (const drawn of draws) assert.match(drawn, form);
		const real = [String(await draw()), String(await draw())];
		assert.notEqual(real[0], real[1]);
		for (const drawn of real) assert.match(drawn, form);
	});
}

test('a random integer is within its bounds', async () => {
	const drawn = await virtually(() => Array.from({ length: 500 }, () => crypto.randomInt(3, 6)));
	assert.deepEqual([...new Set(drawn)].sort(), [3, 4, 5]);
	await assert.rejects(
		virtually(() => crypto.randomInt(6, 3)),
		RangeError,
	);
});

/** Everything that waits, and how long it takes in virtual milliseconds, to the whole one. */
const waits: Readonly<Record<string, readonly [number, () => Promise<unknown>]>> = {
	setTimeout: [3_600_000, () => new Promise((resolve) => setTimeout(resolve, 3_600_000))],
	'setTimeout of node:timers': [
		700,
		() => new Promise((resolve) => timers.setTimeout(resolve, 700)),
	],
	'setTimeout without a delay': [1, () => new Promise((resolve) => setTimeout(resolve))],
	'setTimeout with too long a delay': [
		1,
		() => new Promise((resolve) => setTimeout(resolve, 2 ** 31)),
	],
	'setTimeout made a promise': [900, () => promisify(setTimeout)(900)],
	setImmediate: [0, () => new Promise((resolve) => setImmediate(resolve))],
	'setImmediate of node:timers': [0, () => new Promise((resolve) => timers.setImmediate(resolve))],
	'setImmediate made a promise': [0, () => promisify(setImmediate)()],
	'setTimeout of node:timers/promises': [800, () => promises.setTimeout(800)],
	'timers.promises': [800, () => timers.promises.setTimeout(800)],
	'setImmediate of node:timers/promises': [0, () => promises.setImmediate()],
	'scheduler.wait': [600, () => promises.scheduler.wait(600)],
	'scheduler.yield': [0, () => promises.scheduler.yield()],
	'setInterval of node:timers/promises': [
		300,
		async () => {
			let count = 0;
			for await (const value of promises.setInterval(100, 'x')) {
				assert.equal(value, 'x');
				if (++count === 3) break;
			}
		},
	],
	setInterval: [
		500,
		() =>
			new Promise((resolve) => {
				let count = 0;
				const timer = setInterval(() => {
					if (++count < 5) return;
					clearInterval(timer);
					resolve(undefined);
				}, 100);
			}),
	],
	'AbortSignal.timeout': [
		450,
		() => new Promise((resolve) => AbortSignal.timeout(450).addEventListener('abort', resolve)),
	],
};

for (const [name, [tookMs, wait]] of Object.entries(waits)) {
	test(`${name} waits in virtual time`, async () => {
		const realMs = performance.now();
		const { end, kernel } = await driveWork(wait);
		assert.equal(end.kind, 'reached');
		assert.equal(Math.floor(kernel.nowMs - 5), tookMs);
		assert.ok(tookMs < 100_000 || performance.now() - realMs < tookMs);
	});
}

test('timers wait in real time outside', async () => {
	const order: string[] = [];
	const timer = setTimeout(() => order.push('never'), 1);
	clearTimeout(timer);
	await promises.setTimeout(2).then(() => order.push('timer'));
	await promises.setImmediate().then(() => order.push('immediate'));
	for await (const _ of promises.setInterval(1)) break;
	await new Promise((resolve) => AbortSignal.timeout(1).addEventListener('abort', resolve));
	await new Promise<void>((resolve) => process.nextTick(resolve));
	assert.deepEqual(order, ['timer', 'immediate']);
	assert.equal(typeof timer[Symbol.toPrimitive](), 'number');
});

test('a process waits by its own clock, and never too short', async () => {
	const kernel = testingKernel();
	const slow = { ...machineProcess(kernel), trueDelayMs: (ownMs: number) => ownMs * 1.5 };
	let firedMs = 0;
	kernel.after(0, slow, 'start', '', () => {
		setTimeout(() => {
			firedMs = kernel.nowMs;
		}, 1_000);
	});
	await drive(kernel, () => false);
	assert.ok(firedMs >= 1_500 && firedMs < 1_500.01, `${firedMs}`);
});

test('timers that are due together fire in their order, whatever chance says', async () => {
	for (let seed = 1; seed <= 20; seed++) {
		const order: number[] = [];
		await driveWork(
			async () => {
				const set = Array.from({ length: 8 }, (_, index) =>
					setTimeout(() => order.push(index), 10),
				);
				clearTimeout(set[3]);
				for (let index = 100; index < 104; index++) setImmediate(() => order.push(index));
				await promises.setTimeout(11);
			},
			{ seed },
		);
		assert.deepEqual(order, [100, 101, 102, 103, 0, 1, 2, 4, 5, 6, 7]);
	}
});

test('a timer can be cleared by itself, by its number, and by leaving its scope', async () => {
	const fired = await virtually(async () => {
		const seen: string[] = [];
		const timer = (name: string): NodeJS.Timeout => setTimeout(() => seen.push(name), 10);
		clearTimeout(timer('itself'));
		clearTimeout(Number(timer('number')));
		clearTimeout(`${timer('text')}`);
		clearInterval(timer('by the other name'));
		timer('closed').close();
		{
			using _scoped = timer('scope');
		}
		clearTimeout(undefined);
		clearTimeout(99_999);
		const immediate = setImmediate(() => seen.push('immediate'));
		clearImmediate(immediate);
		const self = setInterval(() => {
			seen.push('interval');
			clearInterval(self);
		}, 1);
		timer('kept');
		await promises.setTimeout(50);
		return seen;
	});
	assert.deepEqual(fired, ['interval', 'kept']);
});

test('a timer has all that the real one has', async () => {
	const seen = await virtually(async (kernel) => {
		const marks: unknown[] = [];
		const timer = setTimeout((...args) => marks.push(kernel.nowMs, ...args), 100, 'a', 'b');
		marks.push(timer.hasRef(), timer.unref().hasRef(), timer.ref().hasRef());
		await promises.setTimeout(60);
		timer.refresh();
		await promises.setTimeout(200);
		timer.refresh();
		await promises.setTimeout(200);
		return marks.map((mark) => (typeof mark === 'number' ? Math.floor(mark) : mark));
	});
	assert.deepEqual(seen, [true, false, true, 165, 'a', 'b', 365, 'a', 'b']);
});

test('an abort ends a wait', async () => {
	const { value: names, kernel } = await driveWork(async () => {
		const controller = new AbortController();
		const { signal } = controller;
		const waits = [
			promises.setTimeout(1_000, 0, { signal }),
			promises.setImmediate(0, { signal }),
			promises.scheduler.wait(1_000, { signal }),
			promises.setInterval(1_000, 0, { signal }).next(),
		];
		controller.abort(new Error('enough'));
		const late = promises.setTimeout(1_000, 0, { signal });
		const settled = await Promise.allSettled([...waits, late]);
		return settled.map(
			(one) => one.status === 'rejected' && [one.reason.name, one.reason.code].join(),
		);
	});
	assert.deepEqual(names, Array(5).fill('AbortError,ABORT_ERR'));
	await drive(kernel, () => false);
	assert.ok(kernel.nowMs < 1_000, 'nothing was left to wait for');
	const reason = await virtually(async () => {
		const signal = AbortSignal.timeout(10);
		await promises.setTimeout(20);
		return (signal.reason as Error).name;
	});
	assert.equal(reason, 'TimeoutError');
});

test('what travels with code travels through timers and ticks', async () => {
	const store = new AsyncLocalStorage<string>();
	const seen = await virtually(async () => {
		const got: unknown[] = [];
		store.run('call', () => {
			setTimeout(() => got.push(store.getStore()), 1);
			setImmediate(() => got.push(store.getStore()));
			process.nextTick(() => got.push(store.getStore()));
		});
		await promises.setTimeout(10);
		return [...got, store.getStore()];
	});
	assert.deepEqual(seen, ['call', 'call', 'call', undefined]);
});

test('a callback that is no function is refused as ever', async () => {
	const code = 'ERR_INVALID_ARG_TYPE';
	for (const wrong of [setTimeout, setInterval, setImmediate, process.nextTick]) {
		await assert.rejects(
			virtually(() => void (wrong as (callback: unknown) => unknown)('text')),
			{ code },
		);
	}
});

test('the machine is the simulated one', async () => {
	const seen = await virtually(() => [
		os.hostname(),
		process.pid,
		process.ppid,
		os.cpus().length,
		os.totalmem(),
		process.memoryUsage().heapUsed,
		process.memoryUsage.rss(),
		process.cpuUsage().user,
		typeof process.env.PATH,
		process.cwd(),
		process.argv[1],
		process.getuid?.(),
		process.getActiveResourcesInfo().length,
		os.userInfo().username,
		os.homedir(),
		os.release(),
		navigator.hardwareConcurrency,
		performance.getEntries().length,
	]);
	assert.deepEqual(seen.slice(0, 9), ['orders-1', 1_001, 1, 0, 8 * 2 ** 30, 0, 0, 0, 'string']);
	const started = ['/', '/service', 1_000, 0, 'service', '/home/service', '6.0.0', 1, 0];
	assert.deepEqual(seen.slice(9), started);
	assert.notEqual(process.cwd(), '/');
	assert.notEqual(process.pid, 1_001);
	assert.ok(process.memoryUsage().heapUsed > 0 && process.memoryUsage.rss() > 0);
});

test('what a process writes to its console belongs to the run', async () => {
	const { lines } = await driveWork(() => {
		console.log('a %d', 1, { b: 2 });
		console.error(new Error('e').message);
		console.assert(true, 'no');
		console.assert(false, 'yes');
		process.stdout.write('raw\n');
		process.stderr.write(Buffer.from('bytes'));
		process.emitWarning('old');
		Reflect.construct(Buffer, [1]);
	});
	assert.deepEqual(
		lines.map(({ machine, method, text, atMs }) => [machine, method, text, atMs]),
		[
			['orders-1', 'log', 'a 1 { b: 2 }', 5],
			['orders-1', 'error', 'e', 5],
			['orders-1', 'assert', 'yes', 5],
			['orders-1', 'stdout', 'raw\n', 5],
			['orders-1', 'stderr', 'bytes', 5],
			['orders-1', 'warning', 'old', 5],
		],
	);
});

test('what garbage is collected does not show', async () => {
	const collect = collector();
	const told: string[] = [];
	const registry = new FinalizationRegistry<string>((name) => told.push(name));
	registry.register({ garbage: 'real' }, 'real');
	const reference = await virtually(() => {
		registry.register({ garbage: 'virtual' }, 'virtual');
		return new WeakRef({ big: 1 });
	});
	const real = new WeakRef({ big: 2 });
	assert.ok(reference instanceof WeakRef);
	while (told.length === 0 || real.deref() !== undefined) {
		await promises.setImmediate();
		collect();
	}
	registry.unregister(reference);
	assert.deepEqual([told, reference.deref()], [['real'], { big: 1 }]);
});

test('a database in memory has the time and chance of the process', async () => {
	const read = () => {
		const database = new DatabaseSync(':memory:');
		database.exec('create table t (at text default current_timestamp)');
		const row = database.prepare('select unixepoch() as s, hex(randomblob(4)) as r').get();
		database.exec('insert into t default values');
		return JSON.stringify([row, database.prepare('select at from t').get()]);
	};
	const draws: string[] = [];
	for (const seed of [1, 1, 2]) draws.push(await virtually(read, { seed }));
	assert.match(
		draws[0] ?? '',
		/^\[\{"s":1767323045,"r":"[0-9A-F]{8}"\},\{"at":"2026-01-02 03:04:05"\}\]$/,
	);
	assert.equal(draws[1], draws[0]);
	assert.notEqual(draws[2], draws[0]);
	assert.doesNotMatch(read(), /2026-01-02/);
});

test('a stack tells what code of the process did, and nothing of how it is simulated', async () => {
	function thrown(): string {
		return new RangeError('here').stack ?? '';
	}
	const later = async (): Promise<string> => {
		await promises.setTimeout(3);
		return thrown();
	};
	const stacks: string[] = [];
	for (const drain of ['tick', 'macrotask'] as const) {
		stacks.push(await virtually(later, { drain }));
		stacks.push(
			await virtually(() => new Promise((resolve) => setTimeout(() => resolve(thrown()), 3))),
		);
	}
	assert.equal(stacks[0], stacks[2]);
	assert.equal(stacks[1], stacks[3]);
	assert.match(stacks[0] ?? '', /at async /, 'who awaited is told too');
	for (const stack of stacks) {
		assert.match(stack, /^RangeError: here\n {4}at thrown \(.*globals\.test\.ts:\d+:\d+\)\n/);
		assert.doesNotMatch(stack, /node:|kernel|\/drive\.ts|evalmachine|incarnation/);
	}
	assert.match(thrown(), /node:internal/);
});

test('new globals belong to the process that assigns them', async () => {
	const names = globalThis as unknown as Record<string, unknown>;
	const count = () => {
		names.cache ??= { hits: 0 };
		(names.cache as { hits: number }).hits += 1;
		return [(names.cache as { hits: number }).hits, 'cache' in globalThis, typeof names.absent];
	};
	const seen = await virtually(async (kernel) => {
		const others = ['a-1', 'a-2'].map((name) => {
			return new Promise((resolve) => {
				kernel.after(1, machineProcess(kernel, name), 'other', '', () => resolve(count()));
			});
		});
		return [count(), count(), ...(await Promise.all(others))];
	});
	const fresh = [1, true, 'undefined'];
	assert.deepEqual(seen, [fresh, [2, true, 'undefined'], fresh, fresh]);
	assert.ok(!('cache' in globalThis));
	names.probe = 1;
	assert.equal(await virtually(() => names.probe), 1);
	assert.ok(Object.hasOwn(globalThis, 'probe'));
	delete names.probe;
	assert.ok(!('probe' in globalThis));
});

test('a global that is overwritten is as it was in the next run', async () => {
	const { Date: usual, structuredClone: clone } = globalThis;
	const overwrite = () => {
		Reflect.set(globalThis, 'Date', class Fixed {});
		Reflect.deleteProperty(globalThis, 'structuredClone');
		return [Date.name, typeof globalThis.structuredClone];
	};
	assert.deepEqual(await virtually(overwrite), ['Fixed', 'undefined']);
	assert.deepEqual([Date, structuredClone], [usual, clone]);
	assert.deepEqual(await virtually(overwrite), ['Fixed', 'undefined']);
});

test('everything is put back', () => {
	const patched = { Date, setTimeout, random: Math.random, now: performance.now, env: process.env };
	const {
		fetch,
		console: { log },
	} = globalThis;
	uninstall();
	assert.notEqual(Date, patched.Date);
	assert.equal(new Date().constructor, Date);
	assert.notEqual(setTimeout, patched.setTimeout);
	assert.equal(setTimeout, timers.setTimeout);
	assert.notEqual(Math.random, patched.random);
	assert.notEqual(performance.now, patched.now);
	assert.ok(!Object.hasOwn(performance, 'now'));
	assert.notEqual(process.env, patched.env);
	assert.notEqual(globalThis.fetch, fetch);
	assert.notEqual(console.log, log);
	assert.equal(crypto.randomUUID, process.getBuiltinModule('node:crypto').randomUUID);
	assert.equal(String(Object.getPrototypeOf(globalThis)), '[object Object]');
	assert.match(new Error('x').stack ?? '', /node:internal/);
});

/** Collects garbage at once. */
function collector(): () => void {
	setFlagsFromString('--expose-gc');
	const collect = runInNewContext('gc') as () => void;
	setFlagsFromString('--no-expose-gc');
	return collect;
}
