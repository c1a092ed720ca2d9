import { z } from 'zod';

/** What every list takes: how much, and where to go on. */
export const paging = {
	limit: z.int().min(1).max(100).default(20).describe('How many items at most.'),
	cursor: z
		.string()
		.regex(/^[A-Za-z0-9_-]{1,200}$/)
		.optional()
		.describe('The nextCursor of the page before; absent for the first page.'),
};

/** A page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
	return z.object({
		items: z.array(item),
		nextCursor: z.string().optional().describe('Absent on the last page.'),
	});
}

/** The declared error of a list whose cursor was not made by it. */
export const InvalidCursor = z.object({ cursor: z.string() });
