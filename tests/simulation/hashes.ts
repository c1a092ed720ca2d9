import { runSeed, type Simulation } from '@flotilla/simulator';
import { bank } from './bank.sim.ts';

/** The simulations of the shop: by their URL, since an example is nobody's dependency. */
export const shop = (await import(
	new URL('../../examples/shop/app/src/shop.sim.ts', import.meta.url).href
)) as Readonly<Record<'fleet' | 'oneProcess', Simulation>>;

/** One line for each seed of the bank, which is small, and one for the shop with embedded databases. */
export async function hashes(seeds: readonly number[]): Promise<string> {
	const lines: string[] = [];
	const line = async (simulation: Simulation, seed: number): Promise<void> => {
		const { traceHash, failures } = await runSeed(simulation, { seed });
		lines.push(`${seed} ${traceHash} ${failures.length}`);
	};
	for (const seed of seeds) await line(bank, seed);
	await line(shop.oneProcess, seeds[0] ?? 1);
	return lines.join('\n');
}
