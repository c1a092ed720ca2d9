import { app, service } from 'flotilla';
import { z } from 'zod';
import { Parking } from './contracts.ts';

const HOLD_MS = 10_000;

const Spot = z.object({ heldBy: z.string(), untilMs: z.int() });

const parking = service(
	Parking,
	{
		migrations: [
			{
				name: '0001-spots',
				sql: `
					create table spots (
						spot text primary key,
						held_by text not null,
						until_ms bigint not null,
						taken_by text
					);
				`,
			},
		],
	},
	({ read, tx }) => ({
		commands: {
			hold: ({ spot, by }, { errors }) =>
				tx(async (t) => {
					const now = Date.now();
					const { changes } = await t.run`
						insert into spots (spot, held_by, until_ms) values (${spot}, ${by}, ${now + HOLD_MS})
						on conflict (spot) do update set held_by = ${by}, until_ms = ${now + HOLD_MS}
						where spots.taken_by is null and (spots.until_ms < ${now} or spots.held_by = ${by})`;
					if (changes === 0) throw errors.taken({ spot, by });
					return { spot, by };
				}),
			confirm: async ({ spot, by }, { errors }) => {
				const held = await read(
					(t) => t.first(Spot)`select held_by, until_ms from spots where spot = ${spot}`,
				);
				if (held?.heldBy !== by || held.untilMs < Date.now()) throw errors.tooLate({ spot, by });
				return tx(async (t) => {
					const { changes } = await t.run`
						update spots set taken_by = ${by}
						where spot = ${spot} and held_by = ${by} and taken_by is null`;
					if (changes === 0) throw errors.tooLate({ spot, by });
					return { spot, by };
				});
			},
		},
	}),
);

const garage = app('garage', [parking]);
export default garage;
