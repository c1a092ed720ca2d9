import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Fleet, run } from 'flotilla/run';
import app from './app.ts';
import { Cards } from './contracts.ts';

/** Runs the app for one test, with a real database in a folder of its own. */
async function withApp(work: (fleet: Fleet) => Promise<void>): Promise<void> {
	const dataDir = await mkdtemp(join(tmpdir(), 'my-app-'));
	try {
		await using fleet = await run(app, { dataDir, logLevel: 'error' });
		await work(fleet);
	} finally {
		await rm(dataDir, { recursive: true });
	}
}

test('what was put on a card can be spent, and no more', () =>
	withApp(async (fleet) => {
		const cards = fleet.client(Cards);
		await cards.topUp({ card: 'ada', amountMinor: 1_000 });
		assert.equal((await cards.pay({ card: 'ada', amountMinor: 700 })).balanceMinor, 300);
		const refused = await cards.try.pay({ card: 'ada', amountMinor: 301 });
		assert.ok(!refused.ok && refused.error.code === 'notEnough');
		assert.equal((await cards.get({ card: 'ada' })).balanceMinor, 300);
	}));

test('a card that nobody has topped up is not found', () =>
	withApp(async (fleet) => {
		const found = await fleet.client(Cards).try.get({ card: 'nobody' });
		assert.ok(!found.ok && found.error.code === 'notFound');
	}));

test('a payment that is asked for twice under one key is made once', () =>
	withApp(async (fleet) => {
		const cards = fleet.client(Cards);
		await cards.topUp({ card: 'ada', amountMinor: 1_000 });
		for (const _ of ['the first time', 'again, since no answer came']) {
			await cards.pay({ card: 'ada', amountMinor: 400 }, { idempotencyKey: 'receipt-1' });
		}
		assert.equal((await cards.get({ card: 'ada' })).balanceMinor, 600);
	}));
