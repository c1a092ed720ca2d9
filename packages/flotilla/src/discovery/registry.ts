import type { Address } from '../host/network.ts';

/** Where an instance is reached. */
export interface Endpoint extends Address {
	/** The name that its certificate is checked against; `host` when absent. */
	readonly serverName?: string;
}

/** Says who runs what. Asked again and again, so it answers from memory. */
export interface Registry {
	/**
	 * The instances that run a service, in an order that does not matter; none when nobody does, or
	 * nobody knows.
	 *
	 * @param service With its major version, `orders@1`; or by its name alone, in any version.
	 */
	instancesOf(service: string): readonly Endpoint[];

	/** Calls `listener` after each change, until the function that it returns is called. */
	onChange?(listener: () => void): () => void;
}

/**
 * A registry that never changes.
 *
 * @param instances By the service's name, `orders`, or by name and major version, `orders@1`, which
 *   comes first.
 * @example
 * staticRegistry({ orders: [{ host: '10.0.0.4', port: 7400 }, { host: '10.0.0.5', port: 7400 }] });
 */
export function staticRegistry(instances: Readonly<Record<string, readonly Endpoint[]>>): Registry {
	const known = new Map(Object.entries(instances));
	const inAnyVersion = new Map<string, Endpoint[]>();
	for (const [service, endpoints] of known) {
		const name = serviceName(service);
		inAnyVersion.set(name, [...(inAnyVersion.get(name) ?? []), ...endpoints]);
	}
	return {
		instancesOf: (service) => {
			const name = serviceName(service);
			if (service === name) return inAnyVersion.get(name) ?? [];
			return known.get(service) ?? known.get(name) ?? [];
		},
	};
}

/** The name of a service without its major version: `orders` of `orders@1`, and of itself. */
export function serviceName(service: string): string {
	return service.split('@')[0] ?? '';
}
