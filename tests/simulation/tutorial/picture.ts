// Draws the finding of the tutorial, as it is found now, into the SVG file that it is given.
import { writeFileSync } from 'node:fs';
import { runBatch, sequenceOf, toSvg } from '@flotilla/simulator';
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

writeFileSync(path, toSvg(sequenceOf(finding)));
