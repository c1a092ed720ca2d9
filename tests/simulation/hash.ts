// Prints the trace hashes of some seeds, for a test that compares them over processes and versions.
import { runSeed } from '@flotilla/simulator';
import { bank } from './bank.sim.ts';

const seeds = (process.argv[2] ?? '').split(',').map(Number);
for (const seed of seeds) {
	const { traceHash, failures } = await runSeed(bank, { seed });
	console.log(`${seed} ${traceHash} ${failures.length}`);
}
