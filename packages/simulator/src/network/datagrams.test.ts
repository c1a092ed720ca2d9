import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Address, FaultName } from 'flotilla/adapter';
import { isFlotillaError } from 'flotilla/adapter';
import { pass, run } from '../kernel/testing-kernel.ts';
import { TestingNetwork } from './testing-network.ts';

interface Received {
	readonly bytes: Uint8Array;
	readonly from: Address;
}

async function sockets(
	faults: readonly (FaultName | readonly [FaultName, number])[] = [],
	maxBytes?: number,
) {
	const world = new TestingNetwork({ faults });
	const [a, b] = [world.process('a'), world.process('b')];
	const received: Received[] = [];
	const options = { host: 'b', port: 9000, ...(maxBytes !== undefined && { maxBytes }) };
	const [sender, receiver] = await Promise.all([
		a.network.openDatagrams({ host: 'a', port: 0 }, () => {}),
		b.network.openDatagrams(options, (bytes, from) => received.push({ bytes, from })),
		run(world.kernel),
	]);
	const send = async (count: number, everyMs: number): Promise<number[]> => {
		for (let number = 0; number < count; number++) {
			sender.send(Uint8Array.of(number >> 8, number & 255), receiver.address);
			if (everyMs > 0) await pass(world.kernel, everyMs);
		}
		await run(world.kernel);
		return received.map(({ bytes }) => ((bytes[0] as number) << 8) | (bytes[1] as number));
	};
	return { world, a, b, sender, receiver, received, send };
}

const ordered = (numbers: readonly number[]) =>
	numbers.every((number, index) => index === 0 || number >= (numbers[index - 1] as number));

test('datagrams arrive once and in order while nothing is wrong', async () => {
	const { send, received, sender } = await sockets();
	assert.deepEqual(await send(5, 1), [0, 1, 2, 3, 4]);
	assert.deepEqual(received[0]?.from, { host: 'a', port: sender.address.port });
	assert.equal(Object.getPrototypeOf(received[0]?.bytes), Uint8Array.prototype);
});

test('they are lost, doubled and overtaken, each by its own fault', async () => {
	const lost = await (await sockets([['network.loss', 10]])).send(500, 1);
	assert.ok(lost.length > 300 && lost.length < 480, `${lost.length} of 500`);
	assert.ok(ordered(lost));
	const doubled = await (await sockets([['network.duplicate', 10]])).send(500, 1);
	assert.equal(new Set(doubled).size, 500);
	assert.ok(doubled.length > 530, `${doubled.length} of 500`);
	const overtaken = await (await sockets([['network.reorder', 10]])).send(500, 1);
	assert.equal(overtaken.length, 500);
	assert.ok(!ordered(overtaken));
});

test('a blocked link loses them, and those that a down machine should get', async () => {
	const { world, send, sender, receiver, received, b } = await sockets();
	world.network.block('a', 'b');
	assert.deepEqual(await send(3, 0), []);
	world.network.unblock('a', 'b');
	world.network.machineDown('b');
	sender.send(Uint8Array.of(1), receiver.address);
	world.network.machineUp('b');
	sender.send(Uint8Array.of(2), receiver.address);
	await run(world.kernel);
	assert.equal(received.length, 1);
	sender.send(Uint8Array.of(3), receiver.address);
	world.kill(b, 'crash');
	await run(world.kernel);
	assert.equal(received.length, 1);
});

test('what is too long, for nobody, or after the end is dropped in silence', async () => {
	const { world, sender, receiver, received, b } = await sockets([], 10);
	const address = receiver.address;
	sender.send(new Uint8Array(11), address);
	sender.send(new Uint8Array(70_000), address);
	sender.send(new Uint8Array(1), { host: 'b', port: 1 });
	sender.send(new Uint8Array(1), { host: 'nowhere', port: 1 });
	await run(world.kernel);
	assert.equal(received.length, 0);
	await assert.rejects(
		b.network.openDatagrams({ host: 'b', port: 9000 }, () => {}),
		(error) => isFlotillaError(error, 'FLOTILLA_ADDRESS_IN_USE'),
	);
	sender.send(new Uint8Array(1), address);
	await receiver.close();
	await receiver.close();
	await run(world.kernel);
	await (await b.network.openDatagrams({ host: 'b', port: 9000 }, () => {})).close();
	await sender.close();
	sender.send(new Uint8Array(1), address);
	assert.equal(received.length, 0);
	await assert.rejects(
		b.network.openDatagrams({ host: 'b', port: 1, maxBytes: 0 }, () => {}),
		TypeError,
	);
});
