// Draws the finding of the tutorial, as it is found now, into the SVG file that it is given.
import { writeFileSync } from 'node:fs';
import { runBatch, type SequenceStep, sequenceOf, toSvg } from '@flotilla/simulator';
import { readTutorial } from './page.ts';

const [path = ''] = process.argv.slice(2);
const { planted, sharper } = readTutorial('picture');
const { findings } = await runBatch({
	files: [sharper],
	simulations: ['clerks correct the stock'],
	seeds: [1],
	jobs: 1,
	options: { replacements: planted },
});
const finding = findings[0]?.investigated;
if (finding === undefined) throw new Error('the tutorial finds nothing any more');

const { machines, steps } = sequenceOf(finding);
const hasPart = (machine: string): boolean => /^(?:client|products|db-products)/.test(machine);
const isShown = (step: SequenceStep): boolean =>
	step.kind === 'note' || (hasPart(step.from) && hasPart(step.to));
writeFileSync(path, toSvg({ machines: machines.filter(hasPart), steps: steps.filter(isShown) }));
