import { subscribe } from 'node:diagnostics_channel';
import { pathToFileURL } from 'node:url';
import type { App, Contract, Service } from 'flotilla';
import { programChannel } from 'flotilla/run';
import { exitCodes } from '../exit-codes.ts';
import { findProject, moduleOf } from '../project/project.ts';
import { readSettings } from '../project/read-settings.ts';
import { shownPath } from '../terminal/shown-path.ts';
import { UsageError } from '../usage-error.ts';

export interface FoundContracts {
	/** Of the app; else the names of the contracts. */
	readonly name: string;
	readonly contracts: readonly Contract[];
}

/**
 * The contracts that a module exports, and those of the services and apps that it exports.
 *
 * @param path A module, or the folder of an app.
 * @throws {UsageError} There are none, or two that differ have one name and version.
 */
export async function findContracts(path: string | undefined): Promise<FoundContracts> {
	const project = findProject(path);
	const configured =
		project.module === undefined ? (await readSettings(project, {})).app : undefined;
	const module = moduleOf(project, configured);
	subscribe(programChannel, () => refuseProgram(module));
	const exported: Readonly<Record<string, unknown>> = await import(pathToFileURL(module).href);
	const apps = Object.values(exported).filter((one) => hasBrand<App>(one, 'app'));
	const found = Object.values(exported).flatMap(contractsIn);
	const contracts = new Map<string, Contract>();
	for (const contract of found) {
		const address = `${contract.name}@${contract.version}`;
		const known = contracts.get(address);
		if (known !== undefined && known !== contract) {
			throw new UsageError(`${shownPath(module)} exports two contracts ${address}.`);
		}
		contracts.set(address, contract);
	}
	if (contracts.size === 0) {
		throw new UsageError(
			`${shownPath(module)} exports no contract, service or app. Name the module that does.`,
		);
	}
	const names = [...new Set(found.map((contract) => contract.name))].toSorted();
	return { name: apps[0]?.name ?? names.join(', '), contracts: [...contracts.values()] };
}

function contractsIn(value: unknown): readonly Contract[] {
	if (hasBrand<Contract>(value, 'contract')) return [value];
	if (hasBrand<Service>(value, 'service')) return [value.contract];
	return hasBrand<App>(value, 'app') ? value.services.map(({ contract }) => contract) : [];
}

function hasBrand<T>(value: unknown, brand: string): value is T {
	return (
		typeof value === 'object' &&
		value !== null &&
		(value as { readonly '~flotilla'?: unknown })['~flotilla'] === brand
	);
}

/** It has not begun yet, and must not: nobody wanted it to run. */
function refuseProgram(module: string): void {
	console.error(
		`error: ${shownPath(module)} starts a program. Name the module of its app or of its contracts.`,
	);
	process.exit(exitCodes.unusable);
}
