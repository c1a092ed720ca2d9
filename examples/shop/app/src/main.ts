import { configuration, configurationFile, configurationHelp, main } from 'flotilla/run';
import { greeting } from './greeting.ts';
import { Settings } from './settings.ts';
import { openShop } from './start.ts';

const prefix = 'SHOP_';

await main(async (process) => {
	if (process.arguments.includes('--help')) {
		const config =
			'  --config FILE  Settings in a file instead of flotilla.config.ts. [SHOP_CONFIG]';
		process.print(`npm start -- [arguments]\n\n${configurationHelp(Settings, prefix)}\n${config}`);
		return undefined;
	}
	const settings = await configuration({
		schema: Settings,
		prefix,
		file: configurationFile(new URL('../flotilla.config.ts', import.meta.url)),
		environment: process.environment,
		arguments: process.arguments,
	});
	const shop = await openShop(settings, process.id);
	process.print(greeting(shop.url, shop.operator));
	return shop;
});
