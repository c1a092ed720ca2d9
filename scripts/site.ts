// `npm run docs`: the documents as a site of static pages in .flotilla/site.
//
//   npm run docs                        builds it, and fails when a link leads nowhere
//   npm run docs -- --serve             serves it on a free port of this machine, and builds again on changes
//   npm run docs -- --serve --port N    on that port
//   npm run docs -- --out FOLDER        elsewhere
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSite } from './site/build.ts';
import { serve, watchAll } from './site/serve.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
	options: {
		serve: { type: 'boolean', default: false },
		port: { type: 'string', default: '0' },
		out: { type: 'string', default: join(root, '.flotilla/site') },
	},
});
const out = resolve(values.out);

async function build(): Promise<boolean> {
	const startedMs = performance.now();
	const { pages, sources, problems } = await buildSite(root, out);
	for (const problem of problems) console.error(problem);
	const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
	console.log(`${pages} pages and ${sources} sources in ${seconds} s: ${join(out, 'index.html')}`);
	return problems.length === 0;
}

const isGood = await build();
if (values.serve) {
	const server = await serve(out, Number(values.port));
	console.log(`${server.url}  (Ctrl-C ends it)`);
	let last = Promise.resolve();
	watchAll(root, () => {
		last = last
			.then(() => build())
			.then(
				() => server.changed(),
				(error) => console.error(error),
			);
	});
} else {
	process.exitCode = isGood ? 0 : 1;
}
