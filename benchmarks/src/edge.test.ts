import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edgeSubject } from './edge/edge-subject.ts';

for (const method of ['GET', 'POST'] as const) {
	test(`the server of a subject is another process, and keeps its word (${method})`, async () => {
		const server = import.meta.resolve('./edge/flotilla.ts');
		const subject = await edgeSubject({ server, method, namesRequests: true });
		try {
			const operations = [7, 8, 9];
			const answers = await Promise.all(operations.map((n) => subject.operate(n)));
			assert.ok(operations.every((n, index) => subject.isRight(n, answers[index] as never)));
			assert.ok(!subject.isRight(10, answers[0] as never), 'another answer is a wrong one');
			assert.equal(await subject.handlerRuns(), 3);
			assert.ok(!subject.processes?.().includes(process.pid));
			await subject.prove?.();
		} finally {
			await subject.close?.();
		}
	});
}

test('a variant whose promise is not kept is found', async () => {
	const server = import.meta.resolve('./edge/node-http.ts');
	const subject = await edgeSubject({ server, method: 'GET', namesRequests: true });
	try {
		await assert.rejects(async () => subject.prove?.(), /an answer has no request id/);
	} finally {
		await subject.close?.();
	}
});
