// One process of Flotilla's shop as a fleet: a service, or the gateway, as `STORE_SERVE` says.
import { setTimeout as sleep } from 'node:timers/promises';
import { anyOf, bearerToken, gateway, jwt } from '@flotilla/gateway';
import { postgres } from '@flotilla/postgres';
import { shop } from '@shop/app';
import { Users } from '@shop/contracts';
import { tokenIssuer } from '@shop/users';
import { isFlotillaError } from 'flotilla';
import { main, run, staticRegistry } from 'flotilla/run';

const PAUSE_MS = 20;

await main(async ({ environment }) => {
	await using opened = new AsyncDisposableStack();
	const serve = environment.STORE_SERVE ?? '';
	const ports = new URLSearchParams((environment.STORE_PORTS ?? '').replaceAll(',', '&'));
	const addressOf = (service: string) => ({ host: '127.0.0.1', port: Number(ports.get(service)) });
	const isGateway = serve === 'gateway';
	const services = ['users', 'products', 'orders', 'payments'];
	const url = environment.STORE_DATABASE;
	const fleet = opened.use(
		await run(shop, {
			serve: isGateway ? [] : [serve],
			dataDir: environment.STORE_DATA ?? '',
			fabric: {
				registry: staticRegistry(
					Object.fromEntries(services.map((service) => [service, [addressOf(service)]])),
				),
				token: environment.STORE_FLEET_TOKEN ?? '',
				...(!isGateway && { listen: addressOf(serve) }),
			},
			...(url !== undefined && {
				databases: postgres({
					url,
					layout: 'schema',
					prefix: environment.STORE_SCHEMA_PREFIX ?? '',
				}),
			}),
			logLevel: 'warn',
		}),
	);
	if (isGateway) {
		const users = fleet.client(Users);
		await whenReachable(() => users.prepareKeys());
		const principal = { subject: 'operator', issuer: tokenIssuer, scopes: ['operator'] };
		const auth = anyOf(
			bearerToken({ token: environment.STORE_OPERATOR_TOKEN ?? '', principal }),
			jwt({ issuer: tokenIssuer, keys: () => users.keys(), scopes: ['user'] }),
		);
		opened.use(await gateway(fleet, { port: addressOf('gateway').port, auth }));
	}
	await fleet.ready();
	const close = opened.move();
	return { [Symbol.asyncDispose]: () => close.disposeAsync() };
});

/** All processes start at the same time, and this one is often the first. */
async function whenReachable(call: () => Promise<void>): Promise<void> {
	for (;;) {
		try {
			return await call();
		} catch (error) {
			if (!isFlotillaError(error, 'FLOTILLA_UNAVAILABLE')) throw error;
			await sleep(PAUSE_MS);
		}
	}
}
