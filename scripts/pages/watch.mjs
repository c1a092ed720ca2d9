import { join } from 'node:path';
import { createServer } from 'vite';
import { settingsOf } from './settings.mjs';

/** Paths that a page may ask the gateway for. */
const OF_THE_GATEWAY = '^/(?:v\\d+/|openapi\\.json$|health/|metrics$)';

/** Serves the sources of a page, reloading as they change, until the process is told to stop. */
export async function watchPage(root, page, target) {
	const server = await createServer({
		...settingsOf(page),
		logLevel: 'info',
		cacheDir: join(root, '.flotilla', 'vite'),
		server: { host: '127.0.0.1', proxy: { [OF_THE_GATEWAY]: { target, changeOrigin: true } } },
	});
	await server.listen();
	server.printUrls();
	console.error(`pages: ${page.name} asks ${target}, which must be running (npm start)`);
}
