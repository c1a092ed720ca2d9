import { posix } from 'node:path';
import type { Finding } from './finding.ts';
import { importsOf, isRelative } from './imports.ts';
import { isTest, type Repository, type SourceFile } from './repository.ts';

/** From the bottom to the top: a folder imports itself and those before it. */
const LAYERS = [
	'limits',
	'errors',
	'faults',
	'host',
	'context',
	'telemetry',
	'contract',
	'database',
	'host/node',
	'observability',
	'resilience',
	'fabric',
	'discovery',
	'call',
	'client',
	'messaging',
	'eventsourcing',
	'transactions',
	'consensus',
	'coordination',
	'replication',
	'service',
	'testing',
	'run',
];

const SRC = 'packages/flotilla/src/';
const REAL_WORLD = 'host/node';

/** Every bound of the platform, needed everywhere: the one file in `src` that is a layer. */
const LIMITS = 'limits.ts';

/** The layer that a path below `src` belongs to; undefined for an entry point in `src` itself. */
function layerOf(path: string): string | undefined {
	const inside = path.slice(SRC.length);
	if (inside === LIMITS) return 'limits';
	if (inside.startsWith(`${REAL_WORLD}/`)) return REAL_WORLD;
	return inside.includes('/') ? inside.slice(0, inside.indexOf('/')) : undefined;
}

/** Inside `packages/flotilla/src` imports point downwards only. */
export function checkLayers({ sources }: Repository): Finding[] {
	return sources.filter(({ path }) => path.startsWith(SRC)).flatMap(checkFile);
}

function checkFile(file: SourceFile): Finding[] {
	const { path } = file;
	const layer = layerOf(path);
	if (layer === undefined) return [];
	if (!LAYERS.includes(layer)) {
		const problem = `${layer}/ is no known layer`;
		return [{ path, line: 1, problem, remedy: 'give it its place in scripts/tidy/layers.ts' }];
	}
	if (isTest(path)) return [];
	return importsOf(file).flatMap(({ specifier, line }) => {
		if (!isRelative(specifier)) return [];
		const target = posix.join(posix.dirname(path), specifier);
		const complaint = target.startsWith(SRC) ? judge(layer, layerOf(target), specifier) : undefined;
		return complaint ? [{ path, line, ...complaint }] : [];
	});
}

function judge(layer: string, target: string | undefined, specifier: string) {
	if (target === undefined) {
		const remedy = 'import the file that holds it, not an entry point';
		return { problem: `${layer}/ imports ${specifier}, an entry point above it`, remedy };
	}
	if (target === layer) return undefined;
	if (target === REAL_WORLD) {
		if (layer === 'run') return undefined;
		const remedy = 'take a Host as an argument; only run/ and tests choose the real world';
		return { problem: `${layer}/ imports the real world (host/node)`, remedy };
	}
	if (LAYERS.indexOf(target) < LAYERS.indexOf(layer)) return undefined;
	const remedy = `move what both need below, or let ${target}/ hand it in`;
	return { problem: `${layer}/ imports ${target}/, which stands above it`, remedy };
}
