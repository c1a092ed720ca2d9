import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Settings } from './settings.ts';
import { openShop } from './start.ts';

/** The shop behind its gateway, in this process, with a folder of its own that goes with it. */
export interface HttpShop extends AsyncDisposable {
	readonly url: string;
	readonly operatorToken: string;
	ask(route: string, request?: HttpRequest): Promise<HttpAnswer>;
	/** Registers and signs in somebody new. */
	newToken(): Promise<string>;
}

export interface HttpRequest {
	readonly token?: string;
	readonly body?: unknown;
	readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpAnswer {
	readonly status: number;
	// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects.
	readonly body: any;
	readonly headers: Headers;
}

export async function openHttpShop(settings: Partial<Settings> = {}): Promise<HttpShop> {
	await using opened = new AsyncDisposableStack();
	const data = await mkdtemp(join(tmpdir(), 'shop-'));
	opened.defer(() => rm(data, { recursive: true, force: true }));
	const all = Settings.parse({ port: 0, data, logLevel: 'error', ...settings });
	const shop = opened.use(await openShop(all, process.pid));
	const ask = (route: string, request?: HttpRequest): Promise<HttpAnswer> =>
		askAt(shop.url, route, request);
	let people = 0;
	const close = opened.move();
	return {
		url: shop.url,
		operatorToken: shop.operator.token,
		ask,
		newToken: async () => {
			const body = { email: `somebody-${++people}@example.com`, password: 'analytical engine' };
			await ask('POST /v1/users', { body: { ...body, name: 'Somebody' } });
			return (await ask('POST /v1/sessions', { body })).body.token;
		},
		[Symbol.asyncDispose]: () => close.disposeAsync(),
	};
}

/** @param route `GET /v1/products`. */
export async function askAt(
	url: string,
	route: string,
	{ token, body, headers }: HttpRequest = {},
): Promise<HttpAnswer> {
	const [method = '', path = ''] = route.split(' ');
	const response = await fetch(url + path, {
		method,
		headers: {
			...(body !== undefined && { 'content-type': 'application/json' }),
			...(token !== undefined && { authorization: `Bearer ${token}` }),
			...headers,
		},
		...(body !== undefined && { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	const isJson = response.headers.get('content-type')?.includes('json') ?? false;
	return {
		status: response.status,
		body: isJson ? JSON.parse(text) : text,
		headers: response.headers,
	};
}
