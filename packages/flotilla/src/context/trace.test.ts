import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nodeRandom } from '../host/node/random.ts';
import { Trace } from './trace.ts';

const id = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';

test('a traceparent comes out as it went in', () => {
	const digits = (count: number) =>
		fc
			.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: count, maxLength: count })
			.filter((text) => !/^0*$/.test(text));
	fc.assert(
		fc.property(digits(32), digits(16), fc.boolean(), (traceId, spanId, sampled) => {
			const text = `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
			const trace = Trace.parse(text);
			assert.equal(trace?.traceparent, text);
			assert.deepEqual([trace?.traceId, trace?.spanId, trace?.sampled], [traceId, spanId, sampled]);
			assert.equal(trace?.parentSpanId, undefined);
		}),
	);
});

test('a traceparent that is not valid is ignored', () => {
	const wrong = [
		undefined,
		'',
		id,
		`00-${id}-${span}`,
		`00-${id}-${span}-1`,
		`00-${id}-${span}-0g`,
		`00-${id}-${span}-01-more`,
		`00-${id}-${span}-01-`,
		`00-${id}-${span}-01\n`,
		` 00-${id}-${span}-01`,
		`00-${id.toUpperCase()}-${span}-01`,
		`00-${id.slice(1)}-${span}-01`,
		`00-${id}0-${span}-01`,
		`00-${id}-${span}0-01`,
		`00-${'0'.repeat(32)}-${span}-01`,
		`00-${id}-${'0'.repeat(16)}-01`,
		`ff-${id}-${span}-01`,
		`0-${id}-${span}-01`,
		`0x-${id}-${span}-01`,
		`cc-${id}-${span}-01what`,
	];
	for (const text of wrong) assert.equal(Trace.parse(text), undefined, `${text}`);
});

test('a traceparent of a later version is read as far as it is known', () => {
	assert.equal(Trace.parse(`cc-${id}-${span}-01-what`)?.traceparent, `00-${id}-${span}-01`);
	assert.equal(Trace.parse(`00-${id}-${span}-fe`)?.sampled, false);
	assert.equal(Trace.parse(`00-${id}-${span}-ff`)?.traceparent, `00-${id}-${span}-01`);
});

test('a tracestate travels to the children, unless it is too long', () => {
	const text = `00-${id}-${span}-01`;
	const random = nodeRandom(1);
	assert.equal(Trace.parse(text, 'a=1')?.child(random).child(random).state, 'a=1');
	assert.equal(Trace.parse(text, 'x'.repeat(512))?.state?.length, 512);
	assert.equal(Trace.parse(text, 'x'.repeat(513))?.state, undefined);
	assert.equal(Trace.parse(text)?.state, undefined);
});

test('a child shares the trace, has a span of its own and knows its parent', () => {
	const random = nodeRandom(7);
	const parent = Trace.parse(`00-${id}-${span}-00`) as Trace;
	const child = parent.child(random);
	assert.deepEqual([child.traceId, child.parentSpanId, child.sampled], [id, span, false]);
	assert.match(child.spanId, /^[0-9a-f]{16}$/);
	assert.notEqual(child.spanId, span);
	assert.equal(child.child(random).parentSpanId, child.spanId);
});

test('a root has no parent, and its identifiers are never all zero', () => {
	const zeros = { next: () => 0, uint32: () => 0 };
	const root = Trace.root(zeros);
	assert.equal(root.parentSpanId, undefined);
	assert.equal(Trace.parse(root.traceparent)?.traceparent, root.traceparent);
	assert.equal(Trace.parse(root.child(zeros).traceparent)?.spanId, '0000000000000001');
});
