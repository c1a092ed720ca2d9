import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { App } from 'flotilla';
import { programChannel } from 'flotilla/run';
import { shownPath } from '../terminal/shown-path.ts';
import { UsageError } from '../usage-error.ts';

export interface LoadOptions {
	/** What the module finds in `process.argv` if it is a program. */
	readonly arguments: readonly string[];
	/** Called when it turns out to be a program, before that has done anything. May end the process. */
	readonly onProgram: () => void;
}

/**
 * Imports a module, which either exports an app by default or starts a program of its own, by
 * `main()` of `flotilla/run`.
 *
 * @returns The app; `undefined` for a program, which from then on does what it does.
 * @throws {UsageError} It does neither. Whatever the module throws is passed on.
 */
export async function loadApp(path: string, options: LoadOptions): Promise<App | undefined> {
	if (!existsSync(path)) throw new UsageError(`There is no module ${shownPath(path)}.`);
	process.argv.splice(1, Number.POSITIVE_INFINITY, path, ...options.arguments);
	const started = Promise.withResolvers<undefined>();
	const onStart = (): void => {
		unsubscribe(programChannel, onStart);
		options.onProgram();
		started.resolve(undefined);
	};
	subscribe(programChannel, onStart);
	try {
		const importing: Promise<Readonly<Record<string, unknown>>> = import(pathToFileURL(path).href);
		// The import of a program that awaits its main function ends with the program.
		const exported = await Promise.race([importing, started.promise]);
		return exported === undefined ? undefined : appOf(exported, path);
	} finally {
		unsubscribe(programChannel, onStart);
	}
}

function appOf(exported: Readonly<Record<string, unknown>>, path: string): App {
	const { default: app, ...others } = exported;
	if (isApp(app)) return app;
	const [name] = Object.entries(others).find(([, value]) => isApp(value)) ?? [];
	const hint =
		name === undefined
			? 'Write `export default app(...)` in it, or name another module.'
			: `It exports one as \`${name}\`: add \`export default ${name};\`.`;
	throw new UsageError(
		`${shownPath(path)} exports no app by default, and starts no program by main(). ${hint}`,
	);
}

function isApp(value: unknown): value is App {
	return (
		typeof value === 'object' && value !== null && (value as Partial<App>)['~flotilla'] === 'app'
	);
}
