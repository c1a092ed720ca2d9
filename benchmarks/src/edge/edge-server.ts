/** A server of quotes, running in the process that `server-process.ts` is. */
export interface EdgeServer {
	readonly port: number;
	handlerRuns(): number;
	/** Throws when something that the variant's name promises was not in force. */
	prove?(): void;
}

/** What the module of a server exports. */
export interface EdgeServerModule {
	serve(): Promise<EdgeServer>;
}

/** What a server's process says when it listens. */
export interface Listening {
	readonly port: number;
}

/** What it is asked, and what it answers. */
export type Question = 'runs' | 'prove';
export type Reply = { readonly runs: number } | { readonly failed: string | undefined };
