import assert from 'node:assert/strict';
import { test } from 'node:test';
import { staticRegistry } from './registry.ts';

function portsOf(
	instances: Readonly<Record<string, readonly number[]>>,
	service: string,
): readonly number[] {
	const endpoints = Object.entries(instances).map(
		([name, ports]) => [name, ports.map((port) => ({ host: '127.0.0.1', port }))] as const,
	);
	const registry = staticRegistry(Object.fromEntries(endpoints));
	return registry.instancesOf(service).map(({ port }) => port);
}

test('instances given by name run every version, unless a version has its own', () => {
	const given = { orders: [1], 'orders@2': [2, 3] };
	assert.deepEqual(portsOf(given, 'orders@1'), [1]);
	assert.deepEqual(portsOf(given, 'orders@2'), [2, 3]);
	assert.deepEqual(portsOf(given, 'stock@1'), []);
});

test('a service is found by its name alone in any version', () => {
	// Events go to a subscriber by its name.
	const given = { 'orders@1': [1], 'orders@2': [2, 3], 'orders-old@1': [4] };
	assert.deepEqual(portsOf(given, 'orders'), [1, 2, 3]);
	assert.deepEqual(portsOf({ orders: [1], 'orders@2': [2] }, 'orders'), [1, 2]);
	assert.deepEqual(portsOf(given, 'stock'), []);
});
