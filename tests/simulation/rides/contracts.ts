import { contract } from 'flotilla';
import { z } from 'zod';

const Ride = z.object({ id: z.string(), rider: z.string() });

export const Rides = contract('rides', {
	version: 1,
	commands: { finish: { input: Ride, output: Ride } },
	events: { finished: { data: Ride, key: 'rider' } },
});

/** Every third ride of a rider earns a coupon. */
export const Rewards = contract('rewards', {
	version: 1,
	queries: {
		coupons: { input: z.object({ rider: z.string() }), output: z.object({ count: z.int() }) },
	},
});
