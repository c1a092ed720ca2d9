import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type ApiPage, openApiPage, send, titled } from './testing-api-page.ts';
import { noBrowser, type Tab } from './testing-browser.ts';

/** As other tools write them: without tags and ids, with everything that schemas can be. */
const foreign = {
	openapi: '3.1.0',
	info: { title: 'Garden', version: '7', description: 'What grows.\n\nAnd `what` does not.' },
	servers: [{ url: 'garden' }],
	paths: {
		'/trees/{kind}': {
			parameters: [{ name: 'kind', in: 'path', required: true, schema: { enum: ['oak', 'elm'] } }],
			post: {
				deprecated: true,
				parameters: [
					{ name: 'tag', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
					{ name: 'deep', in: 'query', schema: { type: 'boolean' } },
				],
				requestBody: {
					content: { 'application/json': { schema: { $ref: '#/components/schemas/Tree' } } },
				},
				responses: { '2XX': { description: 'Planted.' }, default: { description: 'Not planted.' } },
			},
		},
		'/elsewhere': { get: { servers: [{ url: 'https://example.com' }] } },
	},
	components: {
		schemas: {
			Tree: {
				type: 'object',
				required: ['name'],
				properties: {
					name: { type: 'string' },
					children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } },
					leaf: {
						oneOf: [
							{ properties: { kind: { const: 'needle' }, length: { type: 'number' } } },
							{ properties: { kind: { const: 'broad' }, width: { type: 'number' } } },
						],
					},
					marks: { type: 'object', additionalProperties: { type: ['string', 'null'] } },
				},
			},
		},
	},
};

suite('the page of any interface', { skip: noBrowser }, () => {
	let api: ApiPage;
	before(async () => {
		api = await openApiPage();
	});
	after(() => api?.[Symbol.asyncDispose]());

	/** Opens the page in front of another document than that of the shop. */
	async function openWith(body: string, status = 200): Promise<Tab> {
		const tab = await api.open();
		await titled(tab.page, 'shop');
		await tab.page.route('**/openapi.json', (route) =>
			route.fulfill({ status, body, contentType: 'application/json' }),
		);
		await tab.page.reload();
		return tab;
	}

	test('a document of another tool is read, and schemas open for as long as somebody looks', async () => {
		await using tab = await openWith(JSON.stringify(foreign));
		const { page } = tab;
		await titled(page, 'Garden');
		await page.getByText('And what does not.').waitFor();
		await page.getByRole('main').getByRole('link', { name: 'POST' }).click();
		await titled(page, 'post-trees-kind');
		await page.getByText('It is deprecated.').waitFor();
		await page.getByText('kind: "needle"').first().waitFor();
		await page.getByText('marks map of string or null').first().waitFor();
		const children = page.locator('.part-name', { hasText: /^children$/ });
		const count = await children.count();
		for (let deeper = 0; deeper < 3; deeper++) {
			await children.last().click();
			await children.nth(count + deeper).waitFor();
		}
		await tab.picture('foreign');
		await tab.checkAccessible();
	});

	test('choices, lists and the server of the document make the request', async () => {
		await using tab = await openWith(JSON.stringify(foreign));
		const { page } = tab;
		await titled(page, 'Garden');
		await page.goto(`${api.url}/docs/#post-trees-kind`);
		await page.getByLabel('kind path').selectOption('oak');
		await page.getByLabel('deep query').selectOption('true');
		await page.getByLabel('tag query').fill('a b\nc');
		const asked = page.waitForRequest('**/garden/**');
		await page.route('**/garden/**', (route) => route.fulfill({ status: 204 }));
		await send(page);
		const request = await asked;
		assert.equal(request.url(), `${api.url}/garden/trees/oak?tag=a%20b&tag=c&deep=true`);
		assert.deepEqual(request.postDataJSON(), { name: 'Ada' });
		await page.locator('.answer-head').getByText('204').waitFor();
		await page.locator('.outcome').getByText('Without a body.').waitFor();
	});

	test('what cannot be read is said, and can be tried again', async () => {
		for (const [body, reason] of [
			['{"swagger":"2.0"}', 'This is no OpenAPI document of version 3.'],
			['<html>', 'is not valid JSON'],
		] as const) {
			await using tab = await openWith(body);
			const { page } = tab;
			await page.getByRole('alert').getByText(reason).waitFor();
			await tab.checkAccessible();
			await page.unroute('**/openapi.json');
			await page.getByRole('button', { name: 'Try again' }).click();
			await titled(page, 'shop');
		}
	});
});
