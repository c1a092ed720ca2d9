// `npm run pictures`: draws the pictures of the documents again, from the system as it runs now.
//
//   npm run pictures                 all of them
//   npm run pictures -- storefront   those whose name holds this word
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pictures } from './pictures/pictures.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'docs/pictures');
const words = process.argv.slice(2);
const wanted = pictures.filter(
	({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);
if (wanted.length === 0) {
	const names = pictures.map(({ name }) => name).join(', ');
	console.error(`No picture has such a name. There are ${names}.`);
	process.exitCode = 2;
}

mkdirSync(folder, { recursive: true });
for (const { name, draw } of wanted) {
	const drawn = await draw(root);
	if ('skipped' in drawn) {
		console.log(`skipped  ${name}: ${drawn.skipped}`);
		continue;
	}
	writeFileSync(join(folder, name), drawn.content);
	console.log(`drawn    ${name}, ${(drawn.content.length / 1024).toFixed(0)} KiB`);
}
