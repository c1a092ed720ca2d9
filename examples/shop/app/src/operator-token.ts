import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { FlotillaError } from 'flotilla';
import { type Fleet, readWhole, writeWhole } from 'flotilla/run';

export interface OperatorToken {
	readonly token: string;
	/** Where it is kept, readable for its owner only. */
	readonly path: string;
	/** Whether this start has made it. */
	readonly fresh: boolean;
}

/**
 * The operator's credential, generated on the first start: there is no default that somebody could
 * forget to change. To replace it, stop the shop and delete the file.
 *
 * @param folder The data folder of the fleet, which therefore nobody else writes to.
 */
export async function operatorToken(fleet: Fleet, folder: string): Promise<OperatorToken> {
	const { disk } = fleet.host;
	const name = 'operator-token';
	const path = join(folder, name);
	const kept = (await readWhole(disk, folder, name))?.trim();
	if (kept === undefined) {
		const token = randomBytes(32).toString('base64url');
		await writeWhole(disk, folder, name, `${token}\n`, 0o600);
		return { token, path, fresh: true };
	}
	if (!/^[A-Za-z0-9_-]{43}$/.test(kept)) {
		const message = `${path} does not hold an operator's token; without the file a new one is made.`;
		throw new FlotillaError('FLOTILLA_CONFIGURATION', message);
	}
	return { token: kept, path, fresh: false };
}
