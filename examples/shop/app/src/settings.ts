import { z } from 'zod';
import { defaultOptions } from './app.ts';

/** What can be chosen about the shop: in flotilla.config.ts, by `SHOP_` variables, by arguments. */
export const Settings = z.object({
	port: z
		.int()
		.min(0)
		.max(65_535)
		.default(8080)
		.describe('Where it listens; 0 lets the operating system choose.'),
	host: z.string().min(1).default('127.0.0.1').describe('The address it listens on.'),
	data: z.string().min(1).default('.flotilla/shop').describe('The folder that keeps its data.'),
	database: z
		.url({ protocol: /^postgres(?:ql)?$/ })
		.optional()
		.describe('A PostgreSQL server, postgres://..., instead of the embedded SQLite.'),
	logLevel: z
		.enum(['debug', 'info', 'warn', 'error'])
		.default('info')
		.describe('The least important log lines that are written.'),
	declineAboveMinor: z
		.int()
		.min(0)
		.default(defaultOptions.declineAboveMinor)
		.describe('Payments above this, in cents, are declined.'),
});
export type Settings = z.infer<typeof Settings>;
