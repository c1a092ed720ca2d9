import assert from 'node:assert/strict';
import { AsyncResource } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { isFlotillaError } from 'flotilla/adapter';
import { driveWork, failureOf, virtually } from '../drive/testing-drive.ts';
import { forbidden } from './forbidden.ts';
import { installGlobals } from './install.ts';

// Copied before anything is patched: what only the net below the patches can see.
const realTimeout = globalThis.setTimeout;
const realReadFile = fs.readFile;
const realFetch = globalThis.fetch;

after(installGlobals());

/** Only the database really makes it. */
const file = join(tmpdir(), `flotilla-escape-${process.pid}`);
after(() => fs.rmSync(file, { force: true }));

const here = new URL(import.meta.url);
const builtin = <T>(name: string): T => process.getBuiltinModule(name) as T;
type Vm = typeof import('node:vm');

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ecPem = ec.privateKey.export({ format: 'pem', type: 'pkcs8' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 1_024 });

const inMemory = (sql: string): void => new DatabaseSync(':memory:').exec(sql);

/** What code might do, and the name by which the report calls it. */
const escapes: readonly (readonly [name: string, work: () => unknown])[] = [
	['node:fs readFileSync', () => fs.readFileSync(here)],
	['node:fs existsSync', () => fs.existsSync(here)],
	['node:fs readFile', () => fs.readFile(here, () => {})],
	['node:fs createWriteStream', () => fs.createWriteStream(file)],
	['node:fs/promises readFile', () => fs.promises.readFile(here)],
	[
		'node:fs/promises writeFile',
		async () => (await import('node:fs/promises')).writeFile(file, ''),
	],
	['node:net connect', async () => (await import('node:net')).connect(1)],
	['node:net createServer', async () => (await import('node:net')).createServer()],
	['node:net Socket', async () => new (await import('node:net')).Socket()],
	['node:tls connect', async () => (await import('node:tls')).connect(1)],
	['node:dgram createSocket', async () => (await import('node:dgram')).createSocket('udp4')],
	['node:dns lookup', async () => (await import('node:dns')).lookup('localhost', () => {})],
	['node:dns/promises lookup', async () => (await import('node:dns/promises')).lookup('localhost')],
	['node:http request', async () => (await import('node:http')).request('http://localhost:1')],
	['node:http createServer', async () => (await import('node:http')).createServer()],
	['node:https get', async () => (await import('node:https')).get('https://localhost:1')],
	['node:http2 connect', async () => (await import('node:http2')).connect('http://localhost:1')],
	['node:child_process spawn', async () => (await import('node:child_process')).spawn('true')],
	[
		'node:child_process execFileSync',
		async () => (await import('node:child_process')).execFileSync('true'),
	],
	['node:child_process fork', async () => (await import('node:child_process')).fork('never.js')],
	['node:cluster fork', async () => (await import('node:cluster')).default.fork()],
	[
		'node:worker_threads Worker',
		async () => new (await import('node:worker_threads')).Worker('0', { eval: true }),
	],
	[
		'node:worker_threads MessageChannel',
		async () => new (await import('node:worker_threads')).MessageChannel(),
	],
	['node:inspector open', async () => (await import('node:inspector')).open(0)],
	[
		'node:readline createInterface',
		async () =>
			(await import('node:readline')).createInterface({ input: new EventEmitter() as never }),
	],
	['node:repl start', async () => (await import('node:repl')).start()],
	['node:zlib gzip', async () => (await import('node:zlib')).gzip('x', () => {})],
	['node:zlib createGunzip', async () => (await import('node:zlib')).createGunzip()],
	[
		'node:sqlite DatabaseSync with a file',
		async () => new (await import('node:sqlite')).DatabaseSync(file).exec('select 1'),
	],
	['node:sqlite DatabaseSync with a file', async () => inMemory(`attach '${file}' as other`)],
	['node:sqlite DatabaseSync with a file', async () => inMemory(`Vacuum Into '${file}'`)],
	[
		'node:sqlite loadExtension',
		async () => new DatabaseSync(':memory:', { allowExtension: true }).loadExtension('none'),
	],
	[
		'node:crypto pbkdf2',
		async () => (await import('node:crypto')).pbkdf2('', '', 1, 1, 'sha256', () => {}),
	],
	['node:crypto scrypt', async () => (await import('node:crypto')).scrypt('', '', 1, () => {})],
	[
		'node:crypto sign with a callback',
		async () => (await import('node:crypto')).sign(null, Buffer.alloc(1), '', () => {}),
	],
	[
		'node:crypto generateKeyPairSync',
		async () => (await import('node:crypto')).generateKeyPairSync('ed25519'),
	],
	['node:crypto createECDH', async () => (await import('node:crypto')).createECDH('secp256k1')],
	[
		'node:perf_hooks monitorEventLoopDelay',
		async () => (await import('node:perf_hooks')).monitorEventLoopDelay(),
	],
	['performance.measure', () => performance.measure('x')],
	['crypto.subtle.digest', () => crypto.subtle.digest('SHA-256', new Uint8Array())],
	[
		'crypto.subtle.generateKey',
		() => crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign']),
	],
	['fetch', () => fetch('http://localhost:1')],
	['WebSocket', () => new WebSocket('ws://localhost:1')],
	['MessageChannel', () => new MessageChannel()],
	['BroadcastChannel', () => new BroadcastChannel('x')],
	['CompressionStream', () => new CompressionStream('gzip')],
	['Atomics.wait', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)],
	[
		'Atomics.waitAsync',
		() => Reflect.get(Atomics, 'waitAsync')(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1),
	],
	[
		'WebAssembly.compile',
		() =>
			(Reflect.get(globalThis, 'WebAssembly') as { compile(b: Uint8Array): unknown }).compile(
				new Uint8Array(),
			),
	],
	['node:zlib Gzip', () => new (builtin<{ Gzip: new () => unknown }>('node:zlib').Gzip)()],
	['node:vm runInNewContext', () => builtin<Vm>('node:vm').runInNewContext('Date.now()')],
	['node:vm createContext', () => builtin<Vm>('node:vm').createContext({})],
	[
		'node:vm Script.runInNewContext',
		() => new (builtin<Vm>('node:vm').Script)('Math.random()').runInNewContext(),
	],
	['node:v8 getHeapStatistics', async () => (await import('node:v8')).getHeapStatistics()],
	['node:v8 queryObjects', async () => Reflect.get(await import('node:v8'), 'queryObjects')(Map)],
	[
		'node:async_hooks executionAsyncId',
		async () => (await import('node:async_hooks')).executionAsyncId(),
	],
	['AsyncResource.asyncId', () => new AsyncResource('x').asyncId()],
	['node:module registerHooks', async () => (await import('node:module')).registerHooks({})],
	[
		'node:worker_threads setEnvironmentData',
		async () => (await import('node:worker_threads')).setEnvironmentData('a', 1),
	],
	['URL.createObjectURL', () => URL.createObjectURL(new Blob(['x']))],
	['performance.nodeTiming', () => performance.nodeTiming],
	[
		'node:crypto ECDH',
		() => new (builtin<{ ECDH: new (curve: string) => unknown }>('node:crypto').ECDH)('secp256k1'),
	],
	[
		'node:crypto sign with a random signature',
		async () => (await import('node:crypto')).sign('sha256', Buffer.alloc(1), ec.privateKey),
	],
	[
		'node:crypto sign with a random signature',
		async () => (await import('node:crypto')).createSign('sha256').sign(ecPem),
	],
	[
		'node:crypto sign with a random signature',
		async () => {
			const { constants, sign } = await import('node:crypto');
			const { RSA_PKCS1_PSS_PADDING: padding } = constants;
			return sign('sha256', Buffer.alloc(1), { key: rsa.privateKey, padding });
		},
	],
	['process.report.getReport', () => process.report.getReport()],
	['process.removeAllListeners', () => process.removeAllListeners('unhandledRejection')],
	['process.off', () => process.off('unhandledRejection', () => {})],
	[
		'process.setUncaughtExceptionCaptureCallback',
		() => process.setUncaughtExceptionCaptureCallback(() => {}),
	],
	['node:os setPriority', async () => (await import('node:os')).setPriority(0)],
	['process.stdin', () => process.stdin],
	['process.exit', () => process.exit(1)],
	['process.kill', () => process.kill(process.pid, 0)],
	['process.chdir', () => process.chdir('/')],
	['process.on', () => process.on('SIGTERM', () => {})],
	['process.once', () => process.once('exit', () => {})],
	['process.env.NEVER =', () => Reflect.set(process.env, 'NEVER', '1')],
	['process.env.PATH =', () => Reflect.deleteProperty(process.env, 'PATH')],
];

for (const [name, work] of escapes) {
	test(`${name} is an escape, also when what it throws is swallowed`, async () => {
		const swallowed: unknown[] = [];
		const failure = await failureOf(async () => {
			try {
				await work();
			} catch (error) {
				swallowed.push(error);
			}
			await new Promise(() => {});
		});
		assert.deepEqual([failure.kind, failure.machine, failure.atMs], ['escape', 'orders-1', 5]);
		assert.equal(failure.escape?.name, name);
		assert.match(failure.escape?.remedy ?? '', /^[A-Z].*\.$/);
		assert.ok(isFlotillaError(failure.error, 'FLOTILLA_SIM_ESCAPE'));
		assert.match(failure.error.message, /orders-1 used .* at 5 ms of virtual time/);
		assert.match(failure.error.stack ?? '', /escapes\.test\.ts/);
		assert.ok(isFlotillaError(swallowed[0], 'FLOTILLA_SIM_ESCAPE'), String(swallowed[0]));
		assert.equal(process.env.NEVER, undefined);
	});
}

/** Started by functions that were copied before: these succeed, and fail the run. */
const strays: readonly (readonly [name: string, work: () => unknown])[] = [
	['Timeout', () => clearTimeout(realTimeout(() => {}, 1))],
	['FSREQCALLBACK', () => realReadFile(here, () => {})],
	['BLOBREADER', () => new Blob(['x']).text()],
];

for (const [name, work] of strays) {
	test(`${name} is seen although nothing that started it is patched`, async () => {
		const failure = await failureOf(async () => {
			void work();
			await new Promise(() => {});
		});
		assert.deepEqual([failure.kind, failure.escape?.name], ['escape', name]);
		assert.match(failure.escape?.error.stack ?? '', /escapes\.test\.ts/);
	});
}

test('what an earlier run has left behind is no escape of the next one', async () => {
	const left = Promise.withResolvers<void>();
	const failure = await failureOf(() => {
		realReadFile(here, () => realReadFile(here, () => left.resolve()));
		return new Promise(() => {});
	});
	assert.equal(failure.kind, 'escape');
	const again = async (): Promise<string> => {
		for (let turns = 0; turns < 2_000; turns++) await new Promise((resolve) => setTimeout(resolve));
		return 'fine';
	};
	const ended = { it: false };
	void left.promise.then(() => {
		ended.it = true;
	});
	while (!ended.it) assert.equal(await virtually(again, { sliceMs: 1 }), 'fine');
});

test('a fetch that was copied before ends in an escape', async () => {
	const failure = await failureOf(async () => {
		await realFetch('http://127.0.0.1:9999').catch(() => {});
	});
	assert.equal(failure.kind, 'escape');
});

test('localStorage is an escape', { skip: !('localStorage' in globalThis) }, async () => {
	const failure = await failureOf(() => Reflect.get(globalThis, 'localStorage'));
	assert.equal(failure.escape?.name, 'localStorage');
});

test('navigator.locks is an escape', { skip: !('locks' in navigator) }, async () => {
	const { locks } = navigator as unknown as { locks: { request(...a: unknown[]): unknown } };
	const failure = await failureOf(() => locks.request('x', () => {}));
	assert.equal(failure.escape?.name, 'navigator.locks.request');
});

test('signatures that are not random are no escape, and random ones are none outside', async () => {
	const data = Buffer.from('x');
	const ed = generateKeyPairSync('ed25519');
	assert.ok(
		verify(null, data, ed.publicKey, await virtually(() => sign(null, data, ed.privateKey))),
	);
	const one = await virtually(() => sign('sha256', data, rsa.privateKey).toString('hex'));
	assert.equal(one, sign('sha256', data, rsa.privateKey).toString('hex'));
	assert.ok(verify('sha256', data, ec.publicKey, sign('sha256', data, ec.privateKey)));
});

test('the first import of node:process is none, although it reads the standard streams', async () => {
	assert.equal(await virtually(async () => (await import('node:process')).hrtime()[0]), 1);
});

test('what touches nothing real is no escape', async () => {
	const value = await virtually(async () => {
		const net = await import('node:net');
		const { Readable } = await import('node:stream');
		const { DatabaseSync } = await import('node:sqlite');
		const { createHash, scryptSync } = await import('node:crypto');
		const texts: unknown[] = [net.isIP('::1'), process.env.PATH === undefined];
		for await (const chunk of Readable.from(['a', 'b'])) texts.push(chunk);
		texts.push(new DatabaseSync(':memory:').prepare('select 1 as one').get()?.one);
		texts.push(createHash('sha256').update('x').digest('hex').slice(0, 4));
		texts.push(scryptSync('a', 'b', 2).length, gzipSync('x').length > 0);
		texts.push(await new Response('body').text());
		const stream = new ReadableStream({
			start(controller) {
				controller.enqueue('c');
				controller.close();
			},
		});
		for await (const chunk of stream) texts.push(chunk);
		const target = new EventTarget();
		queueMicrotask(() => target.dispatchEvent(new Event('x')));
		await once(target, 'x');
		texts.push(structuredClone(new Map([[1, 2]])).get(1));
		return texts;
	});
	assert.deepEqual(value, [6, false, 'a', 'b', 1, '2d71', 2, true, 'body', 'c', 2]);
});

test('everything forbidden is there, or its module is not', () => {
	for (const { from, names = [], except = [] } of forbidden) {
		const target = from === 'globalThis' ? globalThis : process.getBuiltinModule(from);
		for (const name of [...names, ...except]) {
			// These two came, or are switched on, later than what is supported.
			if (['zstdCompress', 'zstdDecompress', 'EventSource'].some((one) => name.includes(one)))
				continue;
			if (name.includes('Zstd')) continue;
			assert.equal(typeof Reflect.get(target as object, name), 'function', `${from} ${name}`);
		}
	}
});

test('the real world goes on as if nothing were', async () => {
	const { end } = await driveWork(async () => {
		await new Promise((resolve) => setTimeout(resolve, 1));
	});
	assert.equal(end.kind, 'reached');
	assert.ok(fs.readFileSync(here).length > 0);
	assert.ok((await fs.promises.readFile(here)).length > 0);
	assert.ok((await promisify(fs.readFile)(here)).length > 0);
	assert.match((await promisify(execFile)(process.execPath, ['--version'])).stdout, /^v/);
	assert.equal((await crypto.subtle.digest('SHA-256', new Uint8Array())).byteLength, 32);
	const net = builtin<typeof import('node:net')>('node:net');
	await using server = net.createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as import('node:net').AddressInfo;
	const [data] = await once(net.connect(port, '127.0.0.1'), 'data');
	assert.equal(String(data), 'hello');
	assert.ok(new net.Socket() instanceof net.Socket);
	process.env.FLOTILLA_PROBE = '1';
	assert.equal(process.env.FLOTILLA_PROBE, '1');
	delete process.env.FLOTILLA_PROBE;
	assert.ok(!('FLOTILLA_PROBE' in process.env));
});
