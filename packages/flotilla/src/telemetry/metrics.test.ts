import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bucketBoundsSeconds } from './histogram.ts';
import { Metrics } from './metrics.ts';

interface Sample {
	readonly name: string;
	readonly labels: ReadonlyMap<string, string>;
	readonly value: number;
}

interface Family {
	readonly help: string;
	readonly type: string;
	readonly samples: Sample[];
}

/** Reads the Prometheus text format 0.0.4 and takes nothing that is not exactly that. */
function parse(text: string): ReadonlyMap<string, Family> {
	assert.ok(text.endsWith('\n'));
	const families = new Map<string, Family>();
	const seen = new Set<string>();
	let open = '';
	const lines = text.slice(0, -1).split('\n');
	for (let index = 0; index < lines.length; index++) {
		const line = lines[index] as string;
		const help = /^# HELP ([a-z_:][a-z0-9_:]*) (.*)$/.exec(line);
		if (help !== null) {
			const [, name = '', words = ''] = help;
			const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(lines[++index] as string);
			assert.equal(type?.[1], name, line);
			assert.ok(!families.has(name), `${name} comes twice`);
			families.set(name, { help: unescaped(words), type: type?.[2] as string, samples: [] });
			open = name;
			continue;
		}
		const sample = sampleOf(line);
		const identity = JSON.stringify([sample.name, [...sample.labels].sort()]);
		assert.ok(!seen.has(identity), `${line} comes twice`);
		seen.add(identity);
		const family = families.get(open) as Family;
		const suffix = sample.name.slice(open.length);
		assert.ok(sample.name.startsWith(open), `${line} stands under ${open}`);
		const suffixes = family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
		assert.ok(suffixes.includes(suffix), line);
		family.samples.push(sample);
	}
	return families;
}

function sampleOf(line: string): Sample {
	const [, name = '', inner, number = ''] =
		/^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? ([^ ]+)$/s.exec(line) ?? assert.fail(line);
	const labels = new Map<string, string>();
	let rest = inner ?? '';
	while (rest !== '') {
		const match = /^([a-z_][a-z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,(?=.)|$)/s.exec(rest);
		const [all, label = '', value = ''] = match ?? assert.fail(line);
		assert.ok(!labels.has(label), line);
		labels.set(label, unescaped(value));
		rest = rest.slice(all.length);
	}
	assert.match(number, /^(?:NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/, line);
	return { name, labels, value: Number(number.replace('Inf', 'Infinity')) };
}

function unescaped(text: string): string {
	return text.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
}

test('labels and help come out of the text as they went in, whatever is in them', () => {
	const label = fc.string({
		unit: fc.constantFrom('"', '\\', '\n', 'n', '}', '{', ',', '=', 'ü', ' '),
	});
	fc.assert(
		fc.property(label, label, label, (one, other, help) => {
			const metrics = new Metrics();
			metrics.counter('a_total', help, { one, other }).value = 3;
			metrics.histogram('b_seconds', help, { one, other }).record(2);
			const families = parse(metrics.prometheusText());
			assert.equal(families.get('a_total')?.help, help);
			for (const family of families.values()) {
				for (const { labels } of family.samples) {
					assert.deepEqual([labels.get('one'), labels.get('other')], [one, other]);
				}
			}
		}),
	);
});

test('a histogram is cumulative, its last bucket has all, and the bounds belong to theirs', () => {
	const durations = fc.array(
		fc.oneof(
			fc.double({ min: 0, max: 20_000, noNaN: true }),
			fc.constantFrom(...bucketBoundsSeconds.map((bound) => bound * 1_000)),
		),
	);
	fc.assert(
		fc.property(durations, (all) => {
			const metrics = new Metrics();
			const histogram = metrics.histogram('a_seconds', 'A.', { b: 'c' });
			for (const durationMs of all) histogram.record(durationMs);
			const samples = parse(metrics.prometheusText()).get('a_seconds')?.samples ?? [];
			const buckets = samples.filter(({ name }) => name.endsWith('_bucket'));
			assert.equal(buckets.length, bucketBoundsSeconds.length + 1);
			for (const { labels, value } of buckets) {
				const bound = Number((labels.get('le') as string).replace('+Inf', 'Infinity'));
				assert.equal(value, all.filter((durationMs) => durationMs <= bound * 1_000).length);
			}
			const [sum, count] = ['_sum', '_count'].map((end) =>
				samples.find((s) => s.name.endsWith(end)),
			);
			assert.equal(buckets.at(-1)?.labels.get('le'), '+Inf');
			assert.equal(count?.value, all.length);
			const total = all.reduce((left, right) => left + right, 0) / 1_000;
			assert.ok(Math.abs((sum?.value ?? Number.NaN) - total) <= 1e-9 * Math.max(1, total));
		}),
	);
});

test('each family is described once, with all of its series below', () => {
	const metrics = new Metrics();
	metrics.gauge('c', 'C.', {}).value = -1.5;
	metrics.counter('a_total', 'A.', { x: '1' }).value = 1e21;
	metrics.histogram('b_seconds', 'B.', {}).record(1);
	metrics.counter('a_total', 'A.', { x: '2' }).value = 2;
	metrics.gauge('d', 'D.', { kind: 'nan' }).value = Number.NaN;
	metrics.gauge('d', 'D.', { kind: 'high' }).value = Infinity;
	metrics.gauge('d', 'D.', { kind: 'low' }).value = -Infinity;
	const families = parse(metrics.prometheusText());
	assert.deepEqual([...families.keys()], ['c', 'a_total', 'b_seconds', 'd']);
	const values = (name: string) => families.get(name)?.samples.map(({ value }) => value);
	assert.deepEqual([values('c'), values('a_total')], [[-1.5], [1e21, 2]]);
	assert.deepEqual(values('d'), [Number.NaN, Infinity, -Infinity]);
	assert.equal(new Metrics().prometheusText(), '\n');
});

test('the same labels in another order are the same series', () => {
	const metrics = new Metrics();
	const one = metrics.counter('a_total', 'A.', { x: '1', y: '2' });
	assert.equal(metrics.counter('a_total', 'A.', { y: '2', x: '1' }), one);
	assert.notEqual(metrics.counter('a_total', 'A.', { x: '2', y: '1' }), one);
});

test('a name has one kind', () => {
	const metrics = new Metrics();
	metrics.counter('a', 'A.', {});
	assert.throws(() => metrics.gauge('a', 'A.', {}), TypeError);
	assert.throws(() => metrics.histogram('a', 'A.', {}), TypeError);
});

test('beyond 2000 label sets a metric counts the rest together, and known ones as before', () => {
	const metrics = new Metrics();
	const add = (user: string): void => {
		metrics.counter('a_total', 'A.', { user, path: '/' }).value++;
	};
	for (let user = 0; user < 3_000; user++) add(String(user));
	add('7');
	const samples = parse(metrics.prometheusText()).get('a_total')?.samples ?? [];
	assert.equal(samples.length, 2_001);
	const value = (user: string) => samples.find(({ labels }) => labels.get('user') === user)?.value;
	assert.deepEqual([value('7'), value('other'), value('2500')], [2, 1_000, undefined]);
	metrics.counter('b_total', 'B.', { user: 'fresh' }).value = 1;
	assert.equal(parse(metrics.prometheusText()).get('b_total')?.samples.length, 1);
});
