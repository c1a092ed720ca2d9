import { join, resolve } from 'node:path';
import {
	anyOf,
	type Gateway,
	type GatewayOptions,
	gateway,
	listen,
	type Verifier,
} from '@flotilla/gateway';
import { type App, FlotillaError } from 'flotilla';
import { type Fleet, type RunOptions, run, writeWhole } from 'flotilla/run';
import type { Project } from './project.ts';
import { describeRunning, RUNNING_FILE } from './running-description.ts';
import type { Settings } from './settings.ts';

/** An app that runs behind its edge. */
export interface RunningApp extends AsyncDisposable {
	readonly fleet: Fleet;
	readonly edge: Gateway;
	/** Its data folder, absolute. */
	readonly data: string;
}

export interface StartOptions {
	readonly project: Project;
	/** How long closing waits for calls under way; that of the gateway when absent. */
	readonly drainTimeoutMs?: number;
	/** Another verifier beside the configured one, made when the data folder is this process's own. */
	readonly verifier?: (fleet: Fleet, data: string, host: string) => Promise<Verifier | undefined>;
}

/**
 * Starts an app and its edge. First the port, then the data: whatever is wrong is found before
 * anything has been touched, and undone by the time this rejects.
 */
export async function startApp(
	app: App,
	settings: Settings,
	options: StartOptions,
): Promise<RunningApp> {
	await using opened = new AsyncDisposableStack();
	const { host, port, logLevel } = settings;
	const data = resolve(settings.data ?? join(options.project.folder, '.flotilla', app.name));
	const listener = opened.use(await listen({ host, port }));
	const databases = await databasesOf(app, settings);
	const runOptions = { dataDir: data, logLevel, ...(databases && { databases }) };
	const fleet = opened.use(await run(app, runOptions));
	const extra = await options.verifier?.(fleet, data, listener.address.host);
	const auth = await verifierOf(fleet, settings, extra);
	warnOfClosedOperations(fleet, auth);
	const { drainTimeoutMs } = options;
	const edge = opened.use(
		await gateway(fleet, {
			listener,
			metrics: settings.metrics,
			...(auth && { auth }),
			...(drainTimeoutMs !== undefined && { limits: { drainTimeoutMs } }),
			...browserOptions(settings),
		}),
	);
	const { disk } = fleet.host;
	const description = describeRunning({
		app: app.name,
		url: edge.url,
		processId: process.pid,
		hasDeveloper: extra !== undefined,
	});
	await writeWhole(disk, data, RUNNING_FILE, description, 0o600);
	opened.defer(() => disk.remove(join(data, RUNNING_FILE)));
	const close = opened.move();
	return { fleet, edge, data, [Symbol.asyncDispose]: () => close.disposeAsync() };
}

/** What the edge serves to browsers, and to which. */
function browserOptions({ pages, docs, cors }: Settings): Partial<GatewayOptions> {
	return { ...(docs === false && { docs }), ...(pages && { pages }), ...(cors && { cors }) };
}

async function verifierOf(
	fleet: Fleet,
	{ auth }: Settings,
	extra: Verifier | undefined,
): Promise<Verifier | undefined> {
	const configured = typeof auth === 'object' ? await auth.verifier(fleet) : auth;
	if (configured !== undefined && typeof configured !== 'function') {
		const message = "The function 'auth.verifier' of the configuration gave no verifier.";
		throw new FlotillaError('FLOTILLA_CONFIGURATION', message);
	}
	if (extra === undefined || configured === undefined) return extra ?? configured;
	return anyOf(extra, configured);
}

/** Nobody can call them, which is hard to see from outside: everybody gets 401. */
function warnOfClosedOperations(fleet: Fleet, auth: Verifier | undefined): void {
	if (auth !== undefined) return;
	const closed = fleet.contracts
		.flatMap(({ operations }) => [...operations.values()])
		.filter(({ http, auth: wanted }) => http !== undefined && wanted !== 'public');
	if (closed.length === 0) return;
	fleet.telemetry.log('warn', "operations want a scope, but no 'auth' is configured", {
		operations: closed.slice(0, 10).map(({ address }) => address),
		count: closed.length,
	});
}

/** Loaded only when it is wanted: an optional package. */
async function databasesOf(
	{ name }: App,
	{ database }: Settings,
): Promise<RunOptions['databases']> {
	if (database === undefined) return undefined;
	try {
		const { postgres } = await import('@flotilla/postgres');
		return postgres({ url: database, prefix: `${name.replaceAll('-', '_')}_` });
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
		const message =
			"The setting 'database' wants the package @flotilla/postgres, which is not installed. " +
			'Run `npm install @flotilla/postgres`.';
		throw new FlotillaError('FLOTILLA_CONFIGURATION', message, { cause });
	}
}
