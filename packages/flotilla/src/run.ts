// Running apps.

// Programs around them.
export { type Endpoint, type Registry, staticRegistry } from './discovery/registry.ts';
export type { Address, TlsOptions } from './host/network.ts';
export { configurationFile, type Process, programChannel } from './host/node/process.ts';
export {
	type ConfigurationFile,
	type ConfigurationSources,
	configuration,
	configurationHelp,
} from './run/configuration.ts';
export { readWhole, writeWhole } from './run/data-folder.ts';
export type { Caller, Fleet, Health } from './run/fleet.ts';
export { main } from './run/main.ts';
export { type FabricOptions, type RunOptions, run } from './run/run.ts';
