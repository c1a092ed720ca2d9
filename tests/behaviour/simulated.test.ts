import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from '@flotilla/simulator';
import { behaviours } from './behaviours.ts';

const app = import.meta.resolve('./app.ts');

for (const { name, run: check } of behaviours) {
	test(`simulated: ${name}`, async () => {
		const options = { seed: 1, instances: 1, clients: 1, faults: 'none' } as const;
		const { failures } = await simulate(app, options, async (world) => {
			await check({
				client: (contract, { principal } = {}) => world.client(contract, { principal }),
				sleep: (ms) => world.sleep(ms),
				kill: async (service) => world.faults.crash(world.instances(service)[0] as string),
				start: async (service) => world.faults.restart(world.instances(service)[0] as string),
			});
		});
		assert.deepEqual(failures, []);
	});
}
