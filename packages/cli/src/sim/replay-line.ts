import type { BatchFinding } from '@flotilla/simulator';
import { shellWord, shownPath } from '../terminal/shown-path.ts';
import type { SimArguments } from './command.ts';

/** What to type to see the run of a finding again, with every option that it depends on. */
export function replayLine(
	{ simulation, seed, regression }: BatchFinding,
	{ faults, for: forMs }: SimArguments,
): string {
	if (regression !== undefined) {
		return `npx flotilla sim ${shellWord(shownPath(regression))} --trace`;
	}
	const words = ['npx', 'flotilla', 'sim', shownPath(simulation.file), '--seed', String(seed)];
	words.push('--simulation', simulation.name);
	if (faults !== undefined) words.push('--faults', faults.join(','));
	if (forMs !== undefined) words.push('--for', `${forMs}ms`);
	return [...words, '--trace'].map(shellWord).join(' ');
}
