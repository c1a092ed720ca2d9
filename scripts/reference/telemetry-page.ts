import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { observe } from './telemetry/observation.ts';

interface Family {
	readonly help: string;
	readonly type: string;
	readonly labels: Set<string>;
}

/** docs/reference/telemetry.md: what a running fleet has recorded, and what the sources may log besides. */
export async function telemetryPage(root: string): Promise<string> {
	const { metricTexts, spans, records } = await observe();
	return `# Telemetry

What a process records. [The idea, and what it costs](../explanation/telemetry.md). The tables are made by \`npm run reference\`: it runs an app in two
processes behind a gateway, lets it do everything that is recorded, and writes down what it finds.

## Metrics

\`/metrics\` of the gateway answers in the Prometheus text format; \`fleet.telemetry.metrics.prometheusText()\` is the same. Durations are histograms in
seconds, from 0.1 ms to 10 s.

| metric | type | labels | what it counts |
|---|---|---|---|
${metricRows(metricTexts)}

\`outcome\` is \`ok\`, the code of an error of the platform, or the name of a declared error. A metric has at most
[\`seriesPerMetric\`](limits.md) label sets; further ones are counted together as \`other\`.

## Spans

The newest 8,192 of a process are in memory: \`fleet.telemetry.spans.list()\`. They begin in the request, or in the trace that came with it
(\`traceparent\`), and go on through calls, transactions and events, into other processes. There is no exporter yet.

| span, for example | kind | what it is |
|---|---|---|
${spanRows(spans)}

## Log lines

JSON, one a line, on standard error. Each has \`level\`, \`time\` (ISO 8601, UTC) and \`message\`; within a trace also \`trace_id\` and \`span_id\`. What a service
writes by \`log\` has \`service\` besides its own fields. A field that would pass for one of the first three is called \`fields.NAME\`. The platform writes no inputs, answers, tokens or query strings; what an error's own message says is logged as it is, and the data of a declared error is
part of its message.

| message | level when all is well | fields |
|---|---|---|
${logRows(records)}

What went wrong has a higher level: \`info\` for a declared error, \`warn\` for an error of the platform, \`error\` for a bug, with its \`stack\`.

Besides, the platform says:

| message | level |
|---|---|
${otherRows(root)}
`;
}

function metricRows(texts: readonly string[]): string {
	const families = new Map<string, Family>();
	for (const text of texts) {
		let family: Family | undefined;
		for (const line of text.split('\n')) {
			const [, name = '', help = ''] = /^# HELP (\S+) (.*)$/.exec(line) ?? [];
			if (name !== '') {
				const [, type = ''] = new RegExp(`^# TYPE ${name} (\\w+)$`, 'm').exec(text) ?? [];
				family = families.get(name) ?? { help, type, labels: new Set() };
				families.set(name, family);
			}
			for (const [, label = ''] of line.startsWith('#') ? [] : line.matchAll(/[{,](\w+)="/g)) {
				if (label !== 'le') family?.labels.add(label);
			}
		}
	}
	const rows = [...families].map(
		([name, { help, type, labels }]) =>
			`| \`${name}\` | ${type} | ${[...labels].sort().map(code).join(', ')} | ${help} |`,
	);
	return atLeast(7, rows.sort()).join('\n');
}

const MEANINGS: readonly (readonly [RegExp, string])[] = [
	[/^[A-Z]+(?: \/|$)/, 'an HTTP request, by its method and route'],
	[/^\S+@\d+\/\w+$/, 'a call of an operation; `client` on the side of a caller in another process'],
	[/ transaction$/, 'the transaction of a command, or of a subscriber, to its durable end'],
	[/ read$/, 'a snapshot'],
	[/ on \S+@\d+\/\w+$/, 'the delivery of an event to a subscriber'],
];

function spanRows(spans: readonly { readonly name: string; readonly kind: string }[]): string {
	const rows = new Map<string, string>();
	for (const { name, kind } of spans) {
		const meaning = MEANINGS.find(([pattern]) => pattern.test(name))?.[1];
		if (meaning === undefined) throw new Error(`nothing says what the span ${name} is`);
		const key = `${meaning} ${kind}`;
		// The last of a sort stands for all of it, whichever was recorded first.
		if (name > (rows.get(key)?.split('`')[1] ?? '')) {
			rows.set(key, `| \`${name}\` | ${kind} | ${meaning} |`);
		}
	}
	return atLeast(6, [...rows.values()].sort()).join('\n');
}

const ACTIVITIES = ['request', 'call', 'transaction', 'read', 'delivery'];

interface Line {
	readonly level: string;
	readonly message: string;
	readonly fields: Readonly<Record<string, unknown>>;
}

function logRows(records: readonly Line[]): string {
	return ACTIVITIES.map((message) => {
		const own = records.filter((record) => record.message === message);
		if (own.length === 0) throw new Error(`nothing was logged about a ${message}`);
		const good = own.find(({ fields }) => (fields.outcome ?? 'ok') === 'ok');
		const always = Object.keys(own[0]?.fields ?? {}).filter((name) =>
			own.every(({ fields }) => name in fields),
		);
		const others = new Set(own.flatMap(({ fields }) => Object.keys(fields)));
		const sometimes = [...others].filter((name) => !always.includes(name));
		const list = (names: readonly string[]): string =>
			names
				.filter((name) => !/^(?:trace|span)_id$/.test(name))
				.sort()
				.map(code)
				.join(', ');
		const rest = sometimes.length === 0 ? '' : `; where it applies ${list(sometimes)}`;
		return `| \`${message}\` | ${good?.level} | ${list(always)}${rest} |`;
	}).join('\n');
}

const LOG_CALL =
	/(?:\btelemetry\.log\(\s*(?:'(?<level>\w+)'|\w+),\s*'(?<message>[^']+)'|this\.#log\(\s*'(?<warned>[^']+)'|\blog\.(?<own>debug|info|warn|error)\(\s*'(?<said>[^']+)')/g;

/** What the sources say they log; much of it takes a failure to see. */
function otherRows(root: string): string {
	const files = globSync(
		[
			'packages/flotilla/src/**/*.ts',
			'packages/gateway/src/**/*.ts',
			'packages/engines/*/src/**/*.ts',
		],
		{ cwd: root, exclude: (name) => name.endsWith('.test.ts') || /(^|\/)testing-/.test(name) },
	);
	const rows = new Set<string>();
	for (const file of files) {
		for (const { groups = {} } of readFileSync(join(root, file), 'utf8').matchAll(LOG_CALL)) {
			const message = groups.message ?? groups.said ?? groups.warned ?? '';
			const plain = groups.warned === undefined ? 'by how often it happened' : 'warn';
			const level = groups.level ?? groups.own ?? plain;
			if (!ACTIVITIES.includes(message)) rows.add(`| ${message} | ${level} |`);
		}
	}
	return atLeast(5, [...rows].sort()).join('\n');
}

function atLeast(count: number, rows: string[]): string[] {
	if (rows.length < count) throw new Error(`only ${rows.length} were found:\n${rows.join('\n')}`);
	return rows;
}

const code = (name: string): string => `\`${name}\``;
