import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { contract } from '../contract/contract.ts';
import { isFlotillaError } from '../errors/flotilla-error.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { run } from '../run/run.ts';
import { app } from './app.ts';
import { service } from './service.ts';

const Vault = contract('vault', {
	version: 1,
	queries: { check: { input: z.object({ hash: z.string() }) } },
	commands: { keep: { input: z.object({ password: z.string() }) } },
});

const vault = service(
	Vault,
	{ migrations: [{ name: '0001-kept', sql: 'create table kept (hash text not null)' }] },
	({ tx, crypto }) => ({
		queries: {
			check: async ({ hash }) => {
				await crypto.verifyPassword('x', hash);
			},
		},
		commands: {
			keep: async ({ password }) => {
				const hash = await crypto.hashPassword(password);
				await tx((t) => t.run`insert into kept (hash) values (${hash})`);
			},
		},
	}),
);

test('a call that is given up takes its password out of the queue', async () => {
	await using data = await mkdtempDisposable(join(tmpdir(), 'flotilla-vault-'));
	await using fleet = await run(app('bank', [vault]), { host: quiet(), dataDir: data.path });
	const client = fleet.client(Vault);
	const hash = await nodeHost().crypto.hashPassword('y');
	const controller = new AbortController();
	const abandoned = Array.from({ length: 60 }, () =>
		client.check({ hash }, { signal: controller.signal }),
	);
	const settled = Promise.allSettled(abandoned);
	await new Promise((resolve) => setImmediate(resolve));
	controller.abort();
	const startMs = performance.now();
	for (const result of await settled) {
		assert.ok(result.status === 'rejected');
		assert.ok(isFlotillaError(result.reason, 'FLOTILLA_CANCELLED'));
	}
	// Sixty would take seconds. Those in progress, at most four, are finished.
	await client.check({ hash });
	assert.ok(performance.now() - startMs < 2_000, `${performance.now() - startMs} ms`);
});

test('a command refused because too many passwords wait took no effect', async () => {
	const host = quiet();
	await using data = await mkdtempDisposable(join(tmpdir(), 'flotilla-vault-'));
	await using fleet = await run(app('bank', [vault]), { host, dataDir: data.path });
	const controller = new AbortController();
	const { signal } = controller;
	const crowd = Promise.allSettled(
		Array.from({ length: 80 }, () => host.crypto.hashPassword('x', { signal })),
	);
	await assert.rejects(
		fleet.client(Vault).keep({ password: 'p' }),
		(error) => isFlotillaError(error, 'FLOTILLA_OVERLOADED') && error.effect === 'none',
	);
	controller.abort();
	await crowd;
});

function quiet() {
	return { ...nodeHost(), logs: { write: () => {}, flush: () => Promise.resolve() } };
}
