import type { TypedSettings } from '../project/settings-options.ts';
import type { EdgeAddresses } from '../run/addresses.ts';

/** What the child is started with, as JSON in its first argument. */
export interface DevRequest {
	/** As it was typed. */
	readonly path: string | undefined;
	readonly typed: TypedSettings;
	/** Those behind `--`. */
	readonly arguments: readonly string[];
}

/** What the child tells. */
export type DevMessage =
	| { readonly kind: 'file'; readonly path: string; readonly version: string }
	| { readonly kind: 'program' }
	| ({ readonly kind: 'running' } & RunningMessage);

export interface RunningMessage extends EdgeAddresses {
	readonly app: string;
	readonly processId: number;
	readonly data: string;
	/** A line that calls one of its operations; absent: none can be called from outside. */
	readonly call?: string;
	/** Why there is no developer's token. */
	readonly noDeveloper?: string;
	/** The operating system has chosen the port, which the next start should have again. */
	readonly chosenPort?: number;
}
