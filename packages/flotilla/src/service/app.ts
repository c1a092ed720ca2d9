import { FlotillaError } from '../errors/flotilla-error.ts';
import type { Service } from './service.ts';

/** Some services together: what runs in one process, as a fleet, or in the simulator. */
export interface App {
	readonly '~flotilla': 'app';
	readonly name: string;
	readonly services: readonly Service[];
}

/**
 * Puts services together.
 *
 * @param name `a-z`, `0-9` and `-`, starting with a letter, at most 40.
 * @throws {FlotillaError} `FLOTILLA_SERVICE_INVALID`: two services have one name.
 * @example
 * export const shop = app('shop', [users, products, orders, payments]);
 */
export function app(name: string, services: readonly Service[]): App {
	if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
		throw new FlotillaError(
			'FLOTILLA_SERVICE_INVALID',
			`The app name '${name}' is not made of 1 to 40 of a-z, 0-9 and -, starting with a letter.`,
		);
	}
	const seen = new Set<string>();
	for (const { contract } of services) {
		if (seen.has(contract.name)) {
			throw new FlotillaError(
				'FLOTILLA_SERVICE_INVALID',
				`The app '${name}' has two services named '${contract.name}'.`,
			);
		}
		seen.add(contract.name);
	}
	return { '~flotilla': 'app', name, services };
}
