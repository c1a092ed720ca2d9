import { contract } from 'flotilla';
import { z } from 'zod';

const Hold = z.object({ spot: z.string(), by: z.string() });

/** A spot is held for ten seconds, in which its holder can take it. */
export const Parking = contract('parking', {
	version: 1,
	commands: {
		hold: { input: Hold, output: Hold, errors: { taken: Hold } },
		confirm: { input: Hold, output: Hold, errors: { tooLate: Hold } },
	},
});
