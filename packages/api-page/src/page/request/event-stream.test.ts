import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStreamParser, type ServerEvent } from './event-stream.ts';

function parse(...pieces: string[]): ServerEvent[] {
	const parser = new EventStreamParser();
	return pieces.flatMap((piece) => parser.feed(piece));
}

const message = (data: string): ServerEvent => ({ type: 'message', data });

test('events are found however the text is cut', () => {
	const text =
		': sign of life\n\ndata: {"a":1}\n\nevent: problem\r\ndata: x\r\ndata:  y\r\n\r\ndata:z\r\r';
	const events = [message('{"a":1}'), { type: 'problem', data: 'x\n y' }, message('z')];
	assert.deepEqual(parse(text, '\n'), events);
	assert.deepEqual(parse(...text, '\n'), events);
	for (let cut = 1; cut < text.length; cut++) {
		assert.deepEqual(parse(text.slice(0, cut), text.slice(cut), '\n'), events, `cut at ${cut}`);
	}
});

test('what has no data is no event, and the type holds for one event only', () => {
	assert.deepEqual(parse('event: a\n\ndata: 1\n\nid: 7\nretry: 3\ndata\n\n'), [
		message('1'),
		message(''),
	]);
});

test('an event that does not end is given up', () => {
	assert.throws(() => parse('x'.repeat(4_194_305)), /too long/);
});
