import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
	asyncApiDocument,
	jsonSchemaDocument,
	type OpenApiOptions,
	openApiDocument,
} from 'flotilla/adapter';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../usage-error.ts';
import type { ExportArguments, Format } from './command.ts';
import { type FoundContracts, findContracts } from './find-contracts.ts';
import { firstDifference } from './first-difference.ts';

const documents: Readonly<Record<Format, (options: OpenApiOptions) => unknown>> = {
	openapi: openApiDocument,
	'json-schema': jsonSchemaDocument,
	asyncapi: asyncApiDocument,
};

/** What a document is called when nobody says it; the same as at the edge. */
const VERSION = '1.0.0';

/** @returns The exit code. */
export async function exportContracts(
	format: Format,
	path: string | undefined,
	{ out, check, title, version }: ExportArguments,
): Promise<number> {
	const found = await findContracts(path);
	if (format === 'openapi') refuseSeveralVersions(found);
	const document = documents[format]({
		title: title ?? found.name,
		version: version ?? VERSION,
		contracts: found.contracts,
	});
	if (check !== undefined) return compare(check, document);
	const text = `${JSON.stringify(document, undefined, 2)}\n`;
	if (out === undefined) await print(text);
	else write(out, text);
	return exitCodes.ok;
}

/** Its operations have names without a version. */
function refuseSeveralVersions({ contracts }: FoundContracts): void {
	for (const [name, versions] of Map.groupBy(contracts, (contract) => contract.name)) {
		if (versions.length === 1) continue;
		const addresses = versions.map(({ version }) => `${name}@${version}`).toSorted();
		throw new UsageError(
			`An OpenAPI document has room for one version of a contract, not for ${addresses.join(', ')}. ` +
				'Name a module that exports one of them.',
		);
	}
}

/** Resolves when it has left the process. */
function print(text: string): Promise<void> {
	return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}

function write(path: string, text: string): void {
	try {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, text);
	} catch (error) {
		throw new UsageError(`${path} cannot be written: ${(error as Error).message}`);
	}
}

/** Formatting does not count: a formatter may have been over the file. @returns The exit code. */
function compare(path: string, document: unknown): number {
	let kept: unknown;
	try {
		kept = JSON.parse(readFileSync(path, 'utf8'));
	} catch (error) {
		console.error(`${path} is stale: it cannot be read (${(error as Error).message}).`);
		return exitCodes.found;
	}
	// Through text, as it would be written.
	const pointer = firstDifference(kept, JSON.parse(JSON.stringify(document)));
	if (pointer === undefined) return exitCodes.ok;
	const place = pointer === '' ? 'as a whole' : `at ${pointer}`;
	console.error(`${path} is stale: it differs ${place}. Write it anew with --out ${path}.`);
	return exitCodes.found;
}
