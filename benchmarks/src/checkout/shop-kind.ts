/** A shop that can be started: by whom it is built, and how it is cut into processes. */
export interface ShopKind {
	/** What each process serves: of users, products, orders, payments and gateway, each once. */
	readonly processes: readonly (readonly string[])[];
	/** The files and folders that somebody wrote for it. */
	readonly sources: readonly string[];
	/** What one process runs. */
	command(serve: readonly string[], place: ShopPlace): readonly string[];
	/** What it finds in its environment besides what all shops find there. */
	environment?(serve: readonly string[], place: ShopPlace): Readonly<Record<string, string>>;
	/** What works for it and is not started by it, such as a database server. */
	readonly server?: () => Promise<ShopServer>;
	/** Where it keeps the operator's token when it makes one itself, in its data folder. */
	readonly operatorTokenFile?: string;
}

/** Where one start of a shop happens. */
export interface ShopPlace {
	/** Of this start alone. */
	readonly folder: string;
	/** By the service; `gateway` speaks HTTP. */
	readonly ports: Readonly<Record<string, number>>;
	/** Names whatever this start makes in a shared server: a-z, 0-9 and _. */
	readonly name: string;
}

export interface ShopServer {
	/** Its processes are those below it. */
	readonly processId: number;
	/** Removes what a start made in it. */
	forget(place: ShopPlace): Promise<void>;
	close(): Promise<void>;
}

export const services: readonly string[] = ['users', 'products', 'orders', 'payments'];
export const oneProcess: ShopKind['processes'] = [[...services, 'gateway']];
export const processEach: ShopKind['processes'] = [...services, 'gateway'].map((name) => [name]);
