// `node scripts/tidy.ts`: what holds for this repository and no linter knows. One rule, one file.
import { fileURLToPath } from 'node:url';
import { checkAmbient } from './tidy/ambient.ts';
import { checkErrorCodes } from './tidy/error-codes.ts';
import { checkFigures } from './tidy/figures.ts';
import { show } from './tidy/finding.ts';
import { checkLockfile } from './tidy/install-scripts.ts';
import { checkLayers } from './tidy/layers.ts';
import { checkLicences } from './tidy/licences.ts';
import { checkLinks } from './tidy/links.ts';
import { checkManifests } from './tidy/manifests.ts';
import { checkPackages } from './tidy/packages.ts';
import { readInstalled, readLockedPackages, readRepository } from './tidy/repository.ts';
import { checkState } from './tidy/state.ts';
import { checkTests } from './tidy/tests.ts';
import { checkWords } from './tidy/words.ts';

/** Fewer files mean that we looked in the wrong place. */
const FEWEST_FILES = 20;

const folder = fileURLToPath(new URL('..', import.meta.url));
const repository = readRepository(folder);
const locked = readLockedPackages(folder);

const findings = [
	...checkLayers(repository),
	...checkPackages(repository),
	...checkAmbient(repository),
	...checkState(repository),
	...checkTests(repository),
	...checkErrorCodes(repository),
	...checkWords(repository),
	...checkLinks(repository),
	...checkFigures(repository),
	...checkManifests(repository),
	...checkLockfile(locked),
	...checkLicences(locked, (path) => readInstalled(folder, path)),
];
const seen = repository.sources.length;
for (const finding of findings) console.log(show(finding));
console.log(`tidy: ${seen} files, ${findings.length} findings`);
if (seen <= FEWEST_FILES) console.log(`tidy: more than ${FEWEST_FILES} files were expected`);
process.exitCode = findings.length === 0 && seen > FEWEST_FILES ? 0 : 1;
