import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memberRows, membersOf } from './members.ts';

/** What the environment variables mean that anything in this repository reads. */
const PLATFORM_VARIABLES: Readonly<Record<string, string>> = {
	UV_THREADPOOL_SIZE:
		"Node's own: how many threads sync disks, look up names and hash passwords, 4 when absent. Passwords take half of them, at most four, so that a burst of logins does not hold up a commit",
	NODE_OPTIONS:
		'`flotilla` starts itself again with `--conditions=flotilla-src` in a checkout, unless it stands here',
	NODE_COMPILE_CACHE: '`flotilla` keeps compiled code there; a folder of Node when absent',
	FLOTILLA_CONFIG: 'of commands that run an app: its configuration file, as `--config` says it',
	PATH: 'where engines and tools are looked for',
};

const REPOSITORY_VARIABLES: Readonly<Record<string, string>> = {
	FLOTILLA_ENGINES:
		'`auto` (when absent): tests of an engine that cannot be had are skipped; `required`: then they fail; `off`: no engine is looked for',
	FLOTILLA_POSTGRES_URL: 'the server that the PostgreSQL suites use; `npm run engines` sets it',
	FLOTILLA_CHROMIUM:
		'the browser of the browser tests, which are skipped without it; the pictures take `/usr/bin/chromium` then',
	FLOTILLA_SCREENSHOTS: 'a folder; the browser tests leave pictures of what they saw there',
	FLOTILLA_NODE_24: 'a Node 24, for the test that its traces have the same hash',
	FLOTILLA_SEED: 'the seed of the property tests and of the crash tests',
	FLOTILLA_HISTORIES: 'a folder with recordings of other projects, for the test of the checkers',
};

/** docs/reference/running.md: how an app is run, and what it leaves on the disk. */
export function runningPage(root: string): string {
	const source = (path: string): string =>
		readFileSync(join(root, 'packages/flotilla/src', path), 'utf8');
	const run = source('run/run.ts');
	const fleet = source('run/fleet.ts');
	const isRead = variablesRead(root);
	return `# Running an app

\`run(app, options)\` from \`flotilla/run\` starts an app, or some of its services, in this process. It locks the data folder, examines every
database, brings each up to date, starts the services, and delivers what an earlier process had left undelivered. When anything is wrong it rejects with
an [error](errors.md), and has closed what it had opened; data is changed only by migrations that have run to their end.

The tables of options and members are made from the sources by \`npm run reference\`.

## Options

| option | required | meaning |
|---|---|---|
${memberRows(membersOf(run, 'RunOptions'))}

### How it meets others

\`fabric\` of the options. [Run several processes](../how-to/run-several-processes.md) shows them in use.

| option | required | meaning |
|---|---|---|
${memberRows(membersOf(run, 'FabricOptions'))}

## A running app

What \`run()\` resolves with. Close it, or hold it with \`await using\`.

| member | meaning |
|---|---|
${memberRows(membersOf(fleet, 'Fleet')).replaceAll(/^(\| `\w+` )\| (?:yes)? /gm, '$1')}

[Telemetry](telemetry.md) has what is recorded.

## Programs

\`main(start)\` is the main function of a program around \`run\`: it closes what \`start\` resolves with on SIGTERM and SIGINT, prints an error of the
platform as one line, and ends with exit status 0 or 1. \`configuration({ schema, prefix, … })\` puts settings together from a file, environment
variables and arguments, in this order, and refuses what it does not know. The shop's
[main.ts](../../examples/shop/app/src/main.ts) is both in twenty lines.

| setting \`declineAboveMinor\` with the prefix \`SHOP_\` | written |
|---|---|
| in \`flotilla.config.ts\`, the default export | \`declineAboveMinor: 500\` |
| as an environment variable | \`SHOP_DECLINE_ABOVE_MINOR=500\` |
| as an argument, which comes first of all | \`--decline-above-minor 500\` or \`--decline-above-minor=500\` |

## The data folder

Made when it is missing, for its user only (mode 0700). One process at a time has it; [back up](../how-to/back-up-and-restore.md) all of it at one moment, or
none.

| file | what it is |
|---|---|
| \`flotilla.json\` | \`{ "format": 1, "app": "shop", "databases": ["orders", …] }\`: the version of this layout, whose folder it is, and the databases that have been made in it. A newer format is refused ([\`FLOTILLA_DATA_NEWER\`](errors.md#flotilla_data_newer)), so is a folder of another app ([\`FLOTILLA_DATA_FOREIGN\`](errors.md#flotilla_data_foreign)). One of these databases that is missing is damage, not a fresh start |
| \`lock\` | held by the process that uses the folder; what is in it does not matter, and it stays when the process ends |
| \`NAME.sqlite\` | the database of the service \`NAME\`, when the engine is the embedded one |
| \`NAME.sqlite-wal\`, \`NAME.sqlite-shm\` | the end of its log, which belongs to it: committed data may be in there alone. Gone after a clean end |
| \`NAME.lock\` | held by the one process that writes that database |
| others | the app's own: the shop keeps \`operator-token\` (mode 0600) and \`pid\` there. \`writeWhole\` and \`readWhole\` write and read such small files so that they are there whole or not at all |

In each database, beside the service's own tables:

| table | what it is |
|---|---|
| \`flotilla_migrations\` | the migrations that have run, with their checksums |
| \`flotilla_once\` | idempotency keys with their answers, and events that were seen; [swept](limits.md) after 7 days |
| \`flotilla_outbox\` | events that a subscriber has yet to see, in the order of their commits |
| \`flotilla_subscriptions\` | who listens to the events of this service |
| \`flotilla_leases\` | which instance delivers events |

They are the platform's: read them if you like, and write nothing into them.

## Environment variables

A program has the variables of its own prefix, see above. An unknown one with that prefix is refused. Besides, the platform reads

| variable | meaning |
|---|---|
${variableRows(PLATFORM_VARIABLES, isRead)}

\`NO_COLOR\` and \`FORCE_COLOR\` are Node's and hold for what \`flotilla\` prints. Working on the repository there are also

| variable | meaning |
|---|---|
${variableRows(REPOSITORY_VARIABLES, isRead)}
`;
}

function variableRows(
	variables: Readonly<Record<string, string>>,
	isRead: ReadonlySet<string>,
): string {
	return Object.entries(variables)
		.filter(([name]) => isRead.has(name))
		.map(([name, meaning]) => `| \`${name}\` | ${meaning} |`)
		.join('\n');
}

/**
 * Variables that anything here reads. One of ours, or of a package, that nothing explains is an error;
 * what tests and benchmarks say to processes that they start is their own business.
 */
function variablesRead(root: string): ReadonlySet<string> {
	const files = globSync('{packages,scripts,tests,examples,benchmarks}/**/*.{ts,js,mjs}', {
		cwd: root,
		exclude: (name) => /(^|\/)(?:node_modules|dist|\.flotilla)(?:\/|$)/.test(name),
	});
	const isRead = new Set<string>();
	for (const file of files) {
		const text = readFileSync(join(root, file), 'utf8');
		const own = [...text.matchAll(/\bprocess\.env\.(\w+)/g)].map(([, name = '']) => name);
		// `const { FLOTILLA_ENGINES: mode } = process.env`
		const taken = [...text.matchAll(/\{([^{}]*)\} = process\.env\b/g)].flatMap(
			([, names = '']) => names.match(/\b[A-Z][A-Z0-9_]+\b/g) ?? [],
		);
		for (const name of [...own, ...taken]) {
			isRead.add(name);
			const isOurs = name.startsWith('FLOTILLA_') || isPublished(file);
			const isKnown = name in PLATFORM_VARIABLES || name in REPOSITORY_VARIABLES;
			if (isOurs && !isKnown && !isTest(file)) {
				throw new Error(
					`${file} reads ${name}, which scripts/reference/running-page.ts does not explain`,
				);
			}
		}
	}
	return isRead;
}

const isPublished = (file: string): boolean => /^packages\/.*\/(?:src|bin)\//.test(file);

const isTest = (file: string): boolean => /\.test\.ts$|(?:^|\/)testing-[^/]+\.ts$/.test(file);
