import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { FlotillaError } from '../errors/flotilla-error.ts';
import { Cancellation } from './cancellation.ts';
import type { Context } from './context.ts';
import { currentContext, runInContext } from './current.ts';

const reason = new FlotillaError('FLOTILLA_CANCELLED', 'Enough.');
const later = new FlotillaError('FLOTILLA_DEADLINE_EXCEEDED', 'Too late.');

function inContext<T>(context: Context | undefined, work: () => T): T {
	return runInContext(context, work, undefined, undefined);
}

test('listeners hear the first reason once, and those that come later at once', () => {
	const cancellation = new Cancellation();
	const heard: string[] = [];
	const left = () => heard.push('left');
	cancellation.subscribe(left);
	cancellation.subscribe(({ code }) => heard.push(`early ${code}`));
	cancellation.unsubscribe(left);
	cancellation.cancel(reason);
	cancellation.cancel(later);
	cancellation.subscribe(({ code }) => heard.push(`late ${code}`));
	assert.deepEqual(heard, ['early FLOTILLA_CANCELLED', 'late FLOTILLA_CANCELLED']);
	assert.equal(cancellation.reason, reason);
});

test('the signal aborts with the reason, whether it was asked for before or after', () => {
	const before = new Cancellation();
	const { signal } = before;
	assert.equal(signal, before.signal);
	assert.equal(signal.aborted, false);
	before.cancel(reason);
	assert.equal(signal.reason, reason);
	const after = new Cancellation();
	after.cancel(reason);
	assert.equal(after.signal.reason, reason);
});

test('an abort listener runs in the context of whoever asked for the signal', () => {
	const [mine, theirs] = [{ peer: 'mine' }, { peer: 'theirs' }] as unknown as [Context, Context];
	const cancellation = new Cancellation();
	const seen: unknown[] = [];
	inContext(mine, () =>
		cancellation.signal.addEventListener('abort', () => seen.push(currentContext())),
	);
	inContext(theirs, () => cancellation.cancel(reason));
	const outside = new Cancellation();
	outside.signal.addEventListener('abort', () => seen.push(currentContext()));
	inContext(theirs, () => outside.cancel(reason));
	assert.deepEqual(seen, [mine, undefined]);
});

test('following a signal cancels with it, and letting go leaves nothing on it', () => {
	const controller = new AbortController();
	const followed = Cancellation.follow(controller.signal);
	const left = Cancellation.follow(controller.signal);
	left.release();
	controller.abort(new Error('gone'));
	assert.equal(followed.cancellation.reason?.code, 'FLOTILLA_CANCELLED');
	assert.match(String(followed.cancellation.reason?.cause), /gone/);
	assert.equal(left.cancellation.reason, undefined);
	assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
	const { cancellation } = Cancellation.follow(controller.signal);
	assert.equal(cancellation.reason?.code, 'FLOTILLA_CANCELLED');
});
