import { randomBytes } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import { bearerToken, type Verifier } from '@flotilla/gateway';
import { type Fleet, readWhole, writeWhole } from 'flotilla/run';
import { DEVELOPER_TOKEN_FILE } from '../project/running-description.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only this machine reaches a bound address. */
export function isLoopback(address: string): boolean {
	return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * Lets a developer in who has every scope: the token lies in the data folder, readable for its owner
 * only, and is the same at each start.
 *
 * @param data The data folder, which is this process's own.
 * @param metrics The scope that the metrics want.
 */
export async function developer(
	fleet: Fleet,
	data: string,
	metrics: string | false,
): Promise<Verifier> {
	const { disk } = fleet.host;
	const kept = (await readWhole(disk, data, DEVELOPER_TOKEN_FILE))?.trim() ?? '';
	const token = /^[A-Za-z0-9_-]{43}$/.test(kept) ? kept : randomBytes(32).toString('base64url');
	if (token !== kept) await writeWhole(disk, data, DEVELOPER_TOKEN_FILE, `${token}\n`, 0o600);
	return bearerToken({
		token,
		principal: { subject: 'developer', issuer: 'flotilla dev', scopes: scopesOf(fleet, metrics) },
	});
}

/** Every scope that an operation of the app wants, and that of the metrics. */
function scopesOf({ contracts }: Fleet, metrics: string | false): readonly string[] {
	const wanted = contracts.flatMap(({ operations }) =>
		[...operations.values()].map(({ auth }) => auth),
	);
	const scopes = [...wanted, metrics].filter((scope) => typeof scope === 'string');
	return [...new Set(scopes)].filter((scope) => scope !== 'public').toSorted();
}
