import { z } from 'zod';

export const SumInput = z.object({ a: z.number(), b: z.number() });
export const SumOutput = z.object({ sum: z.number() });
