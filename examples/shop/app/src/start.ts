import { join, resolve } from 'node:path';
import { anyOf, bearerToken, gateway, jwt, listen } from '@flotilla/gateway';
import { Users } from '@shop/contracts';
import { fallback, folder as storefront } from '@shop/storefront';
import { tokenIssuer } from '@shop/users';
import { type RunOptions, run, writeWhole } from 'flotilla/run';
import { configuredShop } from './app.ts';
import { type OperatorToken, operatorToken } from './operator-token.ts';
import type { Settings } from './settings.ts';

const operatorPrincipal = { subject: 'operator', issuer: tokenIssuer, scopes: ['operator'] };

/** The shop behind its gateway, open for customers. */
export interface OpenShop extends AsyncDisposable {
	/** Where it is reached: `http://127.0.0.1:8080`. */
	readonly url: string;
	readonly operator: OperatorToken;
}

/**
 * Opens the shop. First the port, then the data: whatever is wrong is found before anything has been
 * touched, and undone by the time this rejects.
 */
export async function openShop(settings: Settings, processId: number): Promise<OpenShop> {
	await using opened = new AsyncDisposableStack();
	const folder = resolve(settings.data);
	const listener = opened.use(await listen({ host: settings.host, port: settings.port }));
	const fleet = opened.use(
		await run(configuredShop(settings), {
			dataDir: folder,
			logLevel: settings.logLevel,
			...(settings.database !== undefined && { databases: await server(settings.database) }),
		}),
	);
	const operator = await operatorToken(fleet, folder);
	const { disk } = fleet.host;
	// Before the gateway opens, so that it is there for every script that has waited for the shop.
	await writeWhole(disk, folder, 'pid', `${processId}\n`, 0o644);
	opened.defer(() => disk.remove(join(folder, 'pid')));

	const users = fleet.client(Users);
	// Whoever verifies keeps what it has fetched for a while: not the state before there was a key.
	await users.prepareKeys();
	const auth = anyOf(
		bearerToken({ token: operator.token, principal: operatorPrincipal }),
		// Whoever can sign for customers can still not make an operator.
		jwt({ issuer: tokenIssuer, keys: () => users.keys(), scopes: ['user'] }),
	);
	const edge = opened.use(
		await gateway(fleet, { listener, auth, pages: [{ at: '/', folder: storefront, fallback }] }),
	);
	const close = opened.move();
	return { url: edge.url, operator, [Symbol.asyncDispose]: () => close.disposeAsync() };
}

/** Loaded only when it is wanted: most shops start with SQLite. */
async function server(url: string): Promise<NonNullable<RunOptions['databases']>> {
	const { postgres } = await import('@flotilla/postgres');
	return postgres({ url, prefix: 'shop_' });
}
