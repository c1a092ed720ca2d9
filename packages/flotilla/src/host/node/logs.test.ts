import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LogLevel, LogRecord } from '../logs.ts';
import { NodeLogs } from './logs.ts';

const record: LogRecord = {
	timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
	level: 'info',
	message: 'Order placed',
	fields: { order_id: 'o-1', total: 12.5, tags: ['a'] },
};

test('a record is one line: level, time, message, then its fields', async () => {
	const lines = await written((logs) => logs.write(record));
	assert.deepEqual(lines, [
		'{"level":"info","time":"2026-01-02T03:04:05.006Z","message":"Order placed",' +
			'"order_id":"o-1","total":12.5,"tags":["a"]}',
	]);
});

test('records below the level are left out', async () => {
	const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
	const seen = async (level: LogLevel) => {
		const lines = await written((logs) => {
			for (const each of levels) logs.write({ ...record, level: each });
		}, level);
		return lines.map((line) => JSON.parse(line).level);
	};
	assert.deepEqual(await seen('debug'), levels);
	assert.deepEqual(await seen('warn'), ['warn', 'error']);
});

test('a line break in a message does not make two lines', async () => {
	const lines = await written((logs) => logs.write({ ...record, message: 'a\nb\u2028c' }));
	assert.equal(lines.length, 1);
	assert.equal(JSON.parse(lines[0] ?? '').message, 'a\nb\u2028c');
});

test('a field cannot pass for the level, the time or the message', async () => {
	const fields = { level: 'debug', time: 1, message: 'forged', other: 2 };
	const [line = ''] = await written((logs) => logs.write({ ...record, fields }));
	assert.equal(line.match(/"level":/g)?.length, 1);
	assert.deepEqual(JSON.parse(line), {
		level: 'info',
		time: '2026-01-02T03:04:05.006Z',
		message: 'Order placed',
		'fields.level': 'debug',
		'fields.time': 1,
		'fields.message': 'forged',
		other: 2,
	});
});

test('no field makes it throw', async () => {
	const circular: Record<string, unknown> = { name: 'loop' };
	circular.self = circular;
	const wrong: readonly Record<string, unknown>[] = [
		{ circular },
		{ big: 1n },
		{ toJSON: 1, nested: { toJSON: () => assert.fail('toJSON') } },
		Object.defineProperty({}, 'trap', { enumerable: true, get: () => assert.fail('getter') }),
		{ nothing: undefined, call: () => {}, symbol: Symbol('s') },
		JSON.parse('{"__proto__":{"a":1}}'),
	];
	const lines = await written((logs) => {
		for (const fields of wrong) logs.write({ ...record, fields });
		logs.write({ ...record, timeMs: Number.NaN });
	});
	assert.equal(lines.length, wrong.length + 1);
	for (const line of lines) assert.equal(JSON.parse(line).message, 'Order placed');
});

test('a record that is too long keeps its beginning and the short fields', async () => {
	const huge = {
		...record,
		message: 'm'.repeat(100_000),
		fields: {
			before: 1,
			text: '"'.repeat(200_000),
			list: Array(50_000).fill(7),
			level: 'x',
			after: 2,
		},
	};
	const [line = ''] = await written((logs) => logs.write(huge));
	assert.ok(Buffer.byteLength(line) < 64 * 1024);
	const parsed = JSON.parse(line);
	assert.deepEqual([parsed.before, parsed.after, parsed['fields.level']], [1, 2, 'x']);
	assert.ok(parsed.message.startsWith('mmm'));
	assert.ok(parsed.truncated_from_bytes > 300_000);
});

test('a record with too many fields, or the worst characters, stays below the limit', async () => {
	const many = Object.fromEntries(
		Array.from({ length: 20_000 }, (_, i) => [`field_${i}`, 'value']),
	);
	const worst = {
		...record,
		message: '\u0001'.repeat(90_000),
		fields: { ['\u0001'.repeat(9_000)]: 1, a: 1 },
	};
	const lines = await written((logs) => {
		logs.write({ ...record, fields: many });
		logs.write(worst);
	});
	assert.equal(lines.length, 2);
	for (const line of lines) {
		assert.ok(Buffer.byteLength(line) < 64 * 1024);
		JSON.parse(line);
	}
});

test('a flush waits for all that was written so far, and returns when there is nothing', async () => {
	const lines = await written(async (logs) => {
		for (let i = 0; i < 5_000; i++) logs.write({ ...record, fields: { i } });
		await Promise.all([logs.flush(), logs.flush()]);
		await logs.flush();
	});
	assert.equal(lines.length, 5_000);
	assert.equal(JSON.parse(lines.at(-1) ?? '').i, 4_999);
});

test('a reader that stands still costs records, which are counted, and never memory', async () => {
	// Everything is written before the event loop gets to write anything out.
	const text = 'x'.repeat(60_000);
	const count = 400;
	const lines = await written((logs) => {
		for (let i = 0; i < count; i++) logs.write({ ...record, fields: { text } });
	});
	const dropped = lines.map((line) => JSON.parse(line).dropped ?? 0).reduce((a, b) => a + b, 0);
	const kept = lines.filter((line) => line.includes('xxx')).length;
	assert.ok(kept * text.length <= 8 * 1024 * 1024);
	assert.equal(kept + dropped, count);
});

test('a reader that is gone harms nobody, and nobody waits for it', {
	skip: onWindows(),
}, async () => {
	const script = `
		import { NodeLogs } from ${JSON.stringify(new URL('./logs.ts', import.meta.url).href)};
		const logs = new NodeLogs({ fileDescriptor: 1 });
		process.stdin.once('data', async () => {
			for (let i = 0; i < 100; i++) {
				logs.write({ timeMs: 0, level: 'info', message: 'm', fields: {} });
				await logs.flush();
			}
			process.stderr.write('alive');
			process.exit(0);
		});
	`;
	const child = start(script, ['pipe', 'pipe', 'pipe']);
	child.stdout?.destroy();
	child.stdin?.end('go');
	const [text] = await once(child.stderr as NodeJS.ReadableStream, 'data');
	assert.equal(String(text), 'alive');
	await once(child, 'exit');
});

test('what was written before the process exits is not lost', async () => {
	const script = `
		import { NodeLogs } from ${JSON.stringify(new URL('./logs.ts', import.meta.url).href)};
		const logs = new NodeLogs();
		for (let i = 0; i < 100; i++) logs.write({ timeMs: 0, level: 'info', message: 'm', fields: { i } });
		await logs.flush();
		logs.write({ timeMs: 0, level: 'info', message: 'last', fields: {} });
	`;
	const child = start(script, ['ignore', 'ignore', 'pipe']);
	const chunks: Buffer[] = [];
	child.stderr?.on('data', (chunk) => chunks.push(chunk));
	await once(child, 'close');
	const lines = Buffer.concat(chunks).toString().trim().split('\n');
	assert.equal(lines.length, 101);
	assert.equal(JSON.parse(lines.at(-1) ?? '').message, 'last');
});

/** The lines that reach the file. */
async function written(
	write: (logs: NodeLogs) => unknown,
	level: LogLevel = 'debug',
): Promise<readonly string[]> {
	await using folder = await mkdtempDisposable(join(tmpdir(), 'flotilla-logs-'));
	const path = join(folder.path, 'log');
	await using file = await open(path, 'a');
	const logs = new NodeLogs({ fileDescriptor: file.fd, level });
	await write(logs);
	await logs.flush();
	await logs.flush();
	const text = await readFile(path, 'utf8');
	assert.ok(text === '' || text.endsWith('\n'));
	return text.split('\n').slice(0, -1);
}

function start(script: string, stdio: ('pipe' | 'ignore')[]) {
	const flags = ['--conditions=flotilla-src', '--input-type=module', '--eval', script];
	return spawn(process.execPath, flags, { stdio });
}

function onWindows(): string | false {
	return process.platform === 'win32' ? 'POSIX only' : false;
}
