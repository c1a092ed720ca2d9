import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { askAt } from './testing-http.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

test('the shop prints where it is and a script that orders something, again and again', async () => {
	await using folder = await temporaryFolder();
	await using shop = await start(['--port', '0', '--data', folder.path]);
	// A customer's page comes first: whoever opens one address only opens that one.
	assert.match(shop.output, new RegExp(`^\\s*The shop is open: ${shop.url}\\n`));
	assert.match((await askAt(shop.url, 'GET /')).body, /<title>Quayside<\/title>/);
	const script = shop.output.slice(shop.output.indexOf('shop='));
	for (let time = 0; time < 2; time++) {
		const { stdout } = await promisify(execFile)('sh', ['-c', script]);
		const [, order = ''] = stdout.split('\n');
		assert.equal(JSON.parse(order).status, 'confirmed', stdout);
	}
});

test("the operator's token is printed once, kept for its owner alone, and works", async () => {
	await using folder = await temporaryFolder();
	const args = ['--port', '0', '--data', folder.path];
	const path = join(folder.path, 'operator-token');
	let token: string;
	{
		await using shop = await start(args);
		token = (await readFile(path, 'utf8')).trim();
		assert.match(token, /^[A-Za-z0-9_-]{43}$/);
		assert.ok(shop.output.includes(token));
		assert.equal((await stat(path)).mode & 0o777, 0o600);
		assert.equal((await readFile(join(folder.path, 'pid'), 'utf8')).trim(), String(shop.pid));
		assert.equal((await askAt(shop.url, 'GET /v1/ledger', { token })).status, 200);
	}
	await using shop = await start(args);
	assert.ok(!shop.output.includes(token));
	assert.ok(shop.output.includes(path));
	assert.equal((await askAt(shop.url, 'GET /v1/ledger', { token })).status, 200);
});

test('a second start keeps the data', async () => {
	await using folder = await temporaryFolder();
	const args = ['--port', '0', '--data', folder.path];
	const body = { email: 'ada@example.com', password: 'analytical engine' };
	let id: string;
	{
		await using shop = await start(args);
		await askAt(shop.url, 'POST /v1/users', { body: { ...body, name: 'Ada' } });
		id = (await placeAs(shop.url, body)).id;
	}
	await using shop = await start(args);
	const { token } = (await askAt(shop.url, 'POST /v1/sessions', { body })).body;
	const { body: order } = await askAt(shop.url, `GET /v1/orders/${id}`, { token });
	assert.equal(order.status, 'confirmed');
});

test('a port in use is one clear error, and nothing is touched', async () => {
	await using folder = await temporaryFolder();
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as { port: number };
	const data = join(folder.path, 'data');
	await refused(['--port', String(port), '--data', data], 'FLOTILLA_ADDRESS_IN_USE');
	server.close();
	assert.deepEqual(await readdir(folder.path), []);
});

test('a folder that cannot be made is one clear error', async () => {
	await using folder = await temporaryFolder();
	const file = join(folder.path, 'file');
	await writeFile(file, 'no folder');
	await refused(['--port', '0', '--data', join(file, 'data')], /^FLOTILLA_DISK_\w+/);
	assert.equal(await readFile(file, 'utf8'), 'no folder');
});

test('a corrupt database is one clear error, and stays as it was', async () => {
	await using folder = await temporaryFolder();
	const args = ['--port', '0', '--data', folder.path];
	await (await start(args))[Symbol.asyncDispose]();
	const path = join(folder.path, 'payments.sqlite');
	const damaged = Buffer.from(`not a database ${'x'.repeat(10_000)}`);
	await writeFile(path, damaged);
	const before = await fingerprint(folder.path);
	await refused(args, 'FLOTILLA_DATABASE_CORRUPT');
	assert.deepEqual(await readFile(path), damaged);
	assert.deepEqual(await fingerprint(folder.path), before);
});

test('a folder of a newer version, or of another app, is one clear error, and stays as it was', async () => {
	await using folder = await temporaryFolder();
	const args = ['--port', '0', '--data', folder.path];
	await (await start(args))[Symbol.asyncDispose]();
	const path = join(folder.path, 'flotilla.json');
	const description = JSON.parse(await readFile(path, 'utf8'));
	await writeFile(path, JSON.stringify({ ...description, format: 1_000 }));
	const before = await fingerprint(folder.path);
	await refused(args, 'FLOTILLA_DATA_NEWER');
	assert.deepEqual(await fingerprint(folder.path), before);
	await writeFile(path, JSON.stringify({ ...description, app: 'bakery' }));
	await refused(args, 'FLOTILLA_DATA_FOREIGN');
});

test('a second shop on one folder is one clear error; the first goes on', async () => {
	await using folder = await temporaryFolder();
	await using shop = await start(['--port', '0', '--data', folder.path]);
	await refused(['--port', '0', '--data', folder.path], 'FLOTILLA_LOCKED');
	assert.equal((await askAt(shop.url, 'GET /health/ready')).status, 200);
	assert.equal((await readFile(join(folder.path, 'pid'), 'utf8')).trim(), String(shop.pid));
});

test('an unknown key is one clear error wherever it stands, and nothing is touched', async () => {
	await using folder = await temporaryFolder();
	const data = join(folder.path, 'data');
	const config = join(folder.path, 'flotilla.config.ts');
	await refused(['--prot', '1', '--data', data], /^FLOTILLA_CONFIGURATION: .*--prot.*--port/);
	await refused(['--data', data], /^FLOTILLA_CONFIGURATION: .*SHOP_PROT.*SHOP_PORT/, {
		SHOP_PROT: '1',
	});
	await writeFile(config, "export default { prot: 1 as number, data: 'x' };");
	await refused(
		['--data', data, '--config', config],
		/^FLOTILLA_CONFIGURATION: .*'prot'.*is port\./,
	);
	await refused(['--data', data, '--port', 'http'], /^FLOTILLA_CONFIGURATION: .*--port/);
	await refused(['--config', join(folder.path, 'none.ts')], 'FLOTILLA_CONFIGURATION');
	assert.deepEqual(await readdir(folder.path), ['flotilla.config.ts']);
});

test('a database server that does not answer is one clear error', async () => {
	await using folder = await temporaryFolder();
	const database = `postgres://somebody:secret@127.0.0.1:${await unusedPort()}/postgres`;
	const args = ['--port', '0', '--data', folder.path, '--database', database];
	const problem = await refused(args, 'FLOTILLA_DATABASE_UNAVAILABLE');
	assert.ok(!problem.includes('secret'));
	const wrong = await refused(
		['--database', 'mysql://secret'],
		/^FLOTILLA_CONFIGURATION: .*--database/,
	);
	assert.ok(!wrong.includes('secret'));
});

test('a token file that holds no token is one clear error', async () => {
	await using folder = await temporaryFolder();
	const args = ['--port', '0', '--data', folder.path];
	await (await start(args))[Symbol.asyncDispose]();
	await writeFile(join(folder.path, 'operator-token'), 'secret\n');
	await refused(args, /^FLOTILLA_CONFIGURATION: .*operator-token/);
});

test('settings come from the file, the environment and the arguments', async () => {
	await using folder = await temporaryFolder();
	const config = join(folder.path, 'flotilla.config.ts');
	await writeFile(config, 'export default { port: 1, declineAboveMinor: 100 };');
	const data = join(folder.path, 'data');
	await using shop = await start(['--port', '0', '--config', config], { SHOP_DATA: data });
	const body = { email: 'ada@example.com', password: 'analytical engine' };
	await askAt(shop.url, 'POST /v1/users', { body: { ...body, name: 'Ada' } });
	assert.equal((await placeAs(shop.url, body)).reason, 'declined');
	assert.ok((await readdir(data)).includes('orders.sqlite'));
});

test('--help tells every setting and starts nothing', async () => {
	const ended = await run(['--help']);
	assert.equal(ended.code, 0);
	for (const name of ['--port', '--data', '--config', 'SHOP_DECLINE_ABOVE_MINOR']) {
		assert.ok(ended.stdout.includes(name), name);
	}
});

test('SIGTERM lets requests in flight end, answers no new ones, and exits with 0', async () => {
	await using folder = await temporaryFolder();
	const args = ['--port', '0', '--data', folder.path];
	const body = { email: 'ada@example.com', password: 'analytical engine' };
	const placed: string[] = [];
	{
		await using shop = await start(args);
		await askAt(shop.url, 'POST /v1/users', { body: { ...body, name: 'Ada' } });
		const { token } = (await askAt(shop.url, 'POST /v1/sessions', { body })).body;
		const orders = Array.from({ length: 50 }, (_, index) =>
			askAt(shop.url, 'POST /v1/orders', {
				token,
				body: { lines: [{ sku: 'COF-001', quantity: 1 }] },
				headers: { 'idempotency-key': `k${index}` },
			}).catch(() => undefined),
		);
		await orders[0];
		assert.equal(await shop.stop(), 0);
		for (const answer of await Promise.all(orders)) {
			// Either it was answered, or it never arrived: 503 says that nothing has happened.
			assert.ok(answer === undefined || answer.status === 201 || answer.status === 503);
			if (answer?.status === 201) placed.push(answer.body.id);
		}
		assert.ok(placed.length > 0);
		assert.ok(!(await readdir(folder.path)).includes('pid'));
	}
	await using shop = await start(args);
	const { token } = (await askAt(shop.url, 'POST /v1/sessions', { body })).body;
	const listed = await askAt(shop.url, 'GET /v1/orders?limit=100', { token });
	const ids = new Set(listed.body.items.map(({ id }: { id: string }) => id));
	for (const id of placed) assert.ok(ids.has(id), 'what was answered is kept');
});

interface RunningShop extends AsyncDisposable {
	readonly url: string;
	readonly pid: number;
	/** What it has printed on standard output. */
	readonly output: string;
	/** Asks it to stop and resolves with its exit code. */
	stop(): Promise<number | null>;
}

/** Starts the shop and waits until it has said where it is. */
async function start(
	args: readonly string[],
	environment: Readonly<Record<string, string>> = {},
): Promise<RunningShop> {
	const child = spawnShop([...args, '--log-level', 'error'], environment);
	let output = '';
	let problems = '';
	child.stderr?.on('data', (chunk: Buffer) => {
		problems += chunk;
	});
	await new Promise<void>((resolve, reject) => {
		child.once('exit', () => reject(new Error(`the shop did not start: ${problems}`)));
		child.stdout?.on('data', (chunk: Buffer) => {
			output += chunk;
			if (output.includes("-d '{") && output.endsWith('\n\n')) resolve();
		});
	});
	const stop = async (): Promise<number | null> => {
		const running = child.exitCode === null && child.signalCode === null;
		if (running && child.kill('SIGTERM')) await once(child, 'exit');
		return child.exitCode;
	};
	return {
		url: /http:\/\/[^/\s]+/.exec(output)?.[0] ?? '',
		pid: child.pid ?? 0,
		output,
		stop,
		[Symbol.asyncDispose]: async () => {
			assert.equal(await stop(), 0, problems);
		},
	};
}

/** Checks that the shop refuses to start with one line that begins so, and exits with 1. */
async function refused(
	args: readonly string[],
	beginning: string | RegExp,
	environment: Readonly<Record<string, string>> = {},
): Promise<string> {
	const { code, stdout, stderr } = await run(args, environment);
	assert.equal(code, 1, stderr);
	assert.equal(stdout, '');
	assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
	if (typeof beginning === 'string') assert.ok(stderr.startsWith(`${beginning}: `), stderr);
	else assert.match(stderr, beginning);
	return stderr;
}

async function run(
	args: readonly string[],
	environment: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
	const child = spawnShop(args, environment);
	const text = { stdout: '', stderr: '' };
	for (const name of ['stdout', 'stderr'] as const) {
		child[name]?.on('data', (chunk: Buffer) => {
			text[name] += chunk;
		});
	}
	await once(child, 'close');
	return { code: child.exitCode, ...text };
}

function spawnShop(
	args: readonly string[],
	environment: Readonly<Record<string, string>>,
): ChildProcess {
	return spawn(process.execPath, ['--conditions=flotilla-src', program, ...args], {
		env: { ...process.env, ...environment },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
}

async function unusedPort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as { port: number };
	server.close();
	await once(server, 'close');
	return port;
}

async function placeAs(
	url: string,
	credentials: { email: string; password: string },
): Promise<{ id: string; status: string; reason?: string }> {
	const session = await askAt(url, 'POST /v1/sessions', { body: credentials });
	const { token } = session.body;
	const body = { lines: [{ sku: 'COF-001', quantity: 1 }] };
	return (await askAt(url, 'POST /v1/orders', { token, body })).body;
}

/** Every file of a folder with its content. */
async function fingerprint(folder: string): Promise<Record<string, string>> {
	const names = (await readdir(folder)).toSorted();
	const texts = names.map(async (name) => [name, await readFile(join(folder, name), 'base64')]);
	return Object.fromEntries(await Promise.all(texts));
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
	const path = await mkdtemp(join(tmpdir(), 'shop-'));
	return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
