import type { App } from 'flotilla';
import type { Host } from 'flotilla/adapter';
import type { Fleet, RunOptions } from 'flotilla/run';
import type { EmbeddedEngine } from '../database/embedded-storage.ts';
import { type LoadOptions, loadIncarnation } from '../modules/incarnation.ts';
import { messageOf } from '../scenario/assertions.ts';

/** What a process is to run. */
export interface Program {
	/** Of the module whose default export is the app. */
	readonly appUrl: string;
	readonly serve: readonly string[] | undefined;
	/** Makes its host; an embedded database engine is part of the process, so it comes from there. */
	readonly hostWith: (engine: EmbeddedEngine) => Host;
	/** Whether its databases are on other machines. */
	readonly isStateless: boolean;
	readonly fabric: NonNullable<RunOptions['fabric']>;
	readonly load: LoadOptions;
}

/** Where a machine's only data folder is. */
const DATA_FOLDER = '/data';

/** The share of transactions that run twice on purpose. */
const RERUN_SHARE = 0.05;

/** Every process has modules of its own, over all the runs of this thread. */
let lastIncarnation = 0;

/** Starts a process: loads modules of its own, and runs the app with them. */
export async function start(program: Program): Promise<Fleet> {
	const { appUrl, serve, hostWith, isStateless, fabric, load } = program;
	const incarnation = ++lastIncarnation;
	const own = (url: string) => loadIncarnation(url, incarnation, load);
	const { run } = (await own(runUrl)) as typeof import('flotilla/run');
	const host = hostWith((await own(adapterUrl)) as unknown as EmbeddedEngine);
	return run(appOf(appUrl, await own(appUrl)), {
		dataDir: DATA_FOLDER,
		host,
		fabric,
		logLevel: 'warn',
		rerunTransactions: RERUN_SHARE,
		...(isStateless && { databases: host.databases }),
		...(serve !== undefined && { serve }),
	});
}

const runUrl = import.meta.resolve('flotilla/run');
const adapterUrl = import.meta.resolve('flotilla/adapter');

/** Loads an app for whoever wants to know what it consists of. Nothing of it runs. */
export async function inspectApp(appUrl: string, load: LoadOptions): Promise<App> {
	let module: Readonly<Record<string, unknown>>;
	try {
		module = await loadIncarnation(appUrl, ++lastIncarnation, load);
	} catch (error) {
		throw new TypeError(`${appUrl} cannot be imported: ${messageOf(error)}`, { cause: error });
	}
	return appOf(appUrl, module);
}

function appOf(url: string, module: Readonly<Record<string, unknown>>): App {
	const app = module.default as App | undefined;
	if (typeof app?.name === 'string' && Array.isArray(app.services)) return app;
	throw new TypeError(
		`${url} has no app as its default export, such as \`export default app(…)\`.`,
	);
}
