// What becomes of the app when machines crash, the network breaks and everybody pays at once:
// npx flotilla sim
import assert from 'node:assert/strict';
import { type Simulation, simulation } from '@flotilla/simulator';
import { Cards } from './contracts.ts';

/** Few cards and many tills, so that they meet. */
const CARDS = ['ada', 'grace', 'edsger'];
const TILLS = 4;
const SALES_EACH = 8;

export const openingDay: Simulation = simulation(
	'tills sell coffee',
	import.meta.resolve('./app.ts'),
	{ instances: 3 },
	async (world) => {
		/** What tills have been told is on each card: what must never be forgotten. */
		const told = new Map(CARDS.map((card) => [card, 0]));
		const change = (card: string, byMinor: number) => {
			told.set(card, (told.get(card) ?? 0) + byMinor);
		};

		// True at every moment: checked after each transaction that the service commits.
		world.always('no card is overdrawn', 'cards', (rows) => {
			assert.deepEqual(rows`select * from cards where balance_minor < 0`, []);
		});

		// True in the end: once every till has got its answers, and the world has healed.
		world.eventually('each answered sale counts, and counts once', () => {
			for (const [card, balanceMinor] of told) {
				const [row] = world.rows('cards')`select * from cards where card = ${card}`;
				assert.equal(row?.balance_minor ?? 0, balanceMinor, card);
			}
		});

		await world.times(TILLS, async (till) => {
			const cards = world.client(Cards);
			for (let sale = 0; sale < SALES_EACH; sale++) {
				await world.sleep(world.random.next() * 2_000);
				const card = CARDS[Math.floor(world.random.next() * CARDS.length)] ?? 'ada';
				const amountMinor = 100 + Math.floor(world.random.next() * 400);
				// A till that gets no answer asks again, under the same key: it is the same sale.
				const idempotencyKey = `till-${till}-sale-${sale}`;
				if (world.random.next() < 0.3) {
					await world.insist(() => cards.topUp({ card, amountMinor }, { idempotencyKey }));
					change(card, amountMinor);
					continue;
				}
				const paid = await world.insist(() =>
					cards.try.pay({ card, amountMinor }, { idempotencyKey }),
				);
				if (paid.ok) change(card, -amountMinor);
				// Must happen in some run, or this simulation has not tested it.
				world.sometimes('a card is empty', !paid.ok);
				world.sometimes('a sale is paid', paid.ok);
			}
		});
	},
);
