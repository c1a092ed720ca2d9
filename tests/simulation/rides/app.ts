import { app, service } from 'flotilla';
import { z } from 'zod';
import { Rewards, Rides } from './contracts.ts';

const Count = z.object({ count: z.int() });

const rides = service(
	Rides,
	{
		migrations: [
			{ name: '0001-rides', sql: 'create table rides (id text primary key, rider text not null)' },
		],
	},
	({ tx }) => ({
		commands: {
			finish: (ride) =>
				tx(async (t) => {
					await t.run`insert into rides (id, rider) values (${ride.id}, ${ride.rider})`;
					t.emit.finished(ride);
					return ride;
				}),
		},
	}),
);

const rewards = service(
	Rewards,
	{
		needs: { rides: Rides },
		migrations: [
			{
				name: '0001-coupons',
				sql: `
					create table riders (rider text primary key, rides bigint not null);
					create table coupons (id text primary key, rider text not null);
				`,
			},
		],
	},
	({ read }) => ({
		queries: {
			coupons: ({ rider }) =>
				read((t) => t.one(Count)`select count(*) as count from coupons where rider = ${rider}`),
		},
		on: {
			rides: {
				finished: async ({ id, rider }, { t }) => {
					const { rides: count } = await t.one(z.object({ rides: z.int() }))`
						insert into riders (rider, rides) values (${rider}, 1)
						on conflict (rider) do update set rides = riders.rides + 1 returning rides`;
					if (count % 3 !== 0) return;
					await t.run`insert into coupons (id, rider) values (${id}, ${rider})`;
				},
			},
		},
	}),
);

const cycling = app('cycling', [rides, rewards]);
export default cycling;
