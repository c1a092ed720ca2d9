import type { CorsOptions, Pages, Verifier } from '@flotilla/gateway';
import type { Fleet } from 'flotilla/run';

/**
 * What `flotilla.config.ts` exports by default. Every key may be absent. Paths are relative to the
 * file; the environment and the arguments of a command override it.
 *
 * @example
 * import type { Config } from '@flotilla/cli';
 *
 * export default { app: './src/app.ts', port: 9000 } satisfies Config;
 */
export interface Config {
	/** The module that exports the app by default; `app.ts` or `src/app.ts` beside the file when absent. */
	readonly app?: string;
	/** Where the edge listens: 0 to 65_535, 0 lets the operating system choose; 8080 when absent. */
	readonly port?: number;
	/** The address that it listens on; `127.0.0.1` when absent, so that nobody else gets in. */
	readonly host?: string;
	/** The folder that keeps the data; `.flotilla/NAME` beside the file when absent. */
	readonly data?: string;
	/** A PostgreSQL server, `postgres://...`, instead of embedded SQLite. Wants `@flotilla/postgres`. */
	readonly database?: string;
	/** Log records below it are left out; `info` when absent. */
	readonly logLevel?: 'debug' | 'info' | 'warn' | 'error';
	/** Who a bearer token stands for. Absent: only public operations can be called. */
	readonly auth?: Verifier | VerifierOfFleet;
	/** Pages that the edge serves beside the API. */
	readonly pages?: readonly Pages[];
	/** Whether `/docs` has a page that shows the operations and calls them; `public` when absent. */
	readonly docs?: 'public' | false;
	/** Which pages of other origins may call the operations from a browser; none when absent. */
	readonly cors?: CorsOptions;
	/** Who may read `/metrics`: a scope, or `false` for nobody; `public` when absent. */
	readonly metrics?: string | false;
}

/** For a verifier that asks a service of the app, such as one whose keys a service has. */
export interface VerifierOfFleet {
	/** Called once, when the services run and before the edge opens. */
	readonly verifier: (fleet: Fleet) => Verifier | Promise<Verifier>;
}
