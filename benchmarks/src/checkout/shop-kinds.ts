import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledNestjs } from '../peers/compile-nestjs.ts';
import { postgresServer } from './postgres-server.ts';
import { oneProcess, processEach, type ShopKind } from './shop-kind.ts';

const fileOf = (url: string): string => fileURLToPath(url);
const here = (path: string): string => fileOf(new URL(path, import.meta.url).href);
/** The folder of a workspace's sources. */
const sourcesOf = (workspace: string): string =>
	fileOf(new URL('.', import.meta.resolve(workspace)).href);

const flotillaSources = ['contracts', 'users', 'products', 'orders', 'payments', 'app'].map(
	(name) => sourcesOf(`@shop/${name}`),
);
const fleetMain = here('./flotilla-process.ts');
const fleetToken = randomBytes(16).toString('hex');
const ofSources = [process.execPath, '--conditions=flotilla-src'];

export const flotillaOneProcess: ShopKind = {
	processes: oneProcess,
	sources: flotillaSources,
	command: (_, { folder, ports }) => [
		...ofSources,
		join(sourcesOf('@shop/app'), 'main.ts'),
		...['--port', `${ports.gateway}`, '--data', folder, '--log-level', 'warn'],
	],
	operatorTokenFile: 'operator-token',
};

export const flotillaProcesses: ShopKind = {
	processes: processEach,
	sources: [...flotillaSources, fleetMain],
	command: () => [...ofSources, fleetMain],
	environment: () => ({ STORE_FLEET_TOKEN: fleetToken }),
};

export const flotillaPostgres: ShopKind = {
	...flotillaProcesses,
	environment: (_, { name }) => ({
		STORE_FLEET_TOKEN: fleetToken,
		STORE_DATABASE: process.env.FLOTILLA_POSTGRES_URL ?? '',
		STORE_SCHEMA_PREFIX: `${name}_`,
	}),
	server: () => postgresServer(process.env.FLOTILLA_POSTGRES_URL ?? ''),
};

const peerSources = here('../peers/peer-shop');

const nestjs: Omit<ShopKind, 'processes'> = {
	sources: [peerSources, here('../peers/nestjs-shop')],
	command: () => [process.execPath, fileOf(compiledNestjs('nestjs-shop/main.js'))],
};

const moleculer: Omit<ShopKind, 'processes'> = {
	sources: [peerSources, here('../peers/moleculer-shop')],
	command: () => [process.execPath, here('../peers/moleculer-shop/main.ts')],
};

export const nestjsOneProcess: ShopKind = { ...nestjs, processes: oneProcess };
export const nestjsProcesses: ShopKind = { ...nestjs, processes: processEach };
export const moleculerOneNode: ShopKind = { ...moleculer, processes: oneProcess };
export const moleculerNodes: ShopKind = {
	...moleculer,
	processes: processEach,
	environment: () => ({ STORE_NODES: processEach.flat().join(',') }),
};
