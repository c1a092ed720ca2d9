import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenShop, openShop, Settings } from '@shop/app';
import { Orders, Users } from '@shop/contracts';
import { type HttpClient, httpClient } from 'flotilla/client';
import type { Page } from 'playwright-core';

/** The real shop on SQLite, in a folder of its own that goes with it. */
export interface TestedShop extends AsyncDisposable {
	readonly url: string;
	/** Takes it away, as SIGTERM does. */
	close(): Promise<void>;
	/** Opens it again: the same data at the same address. */
	reopen(): Promise<void>;
}

export interface Person {
	readonly name: string;
	readonly email: string;
	readonly password: string;
}

export async function openTestedShop(): Promise<TestedShop> {
	const data = await mkdtemp(join(tmpdir(), 'storefront-'));
	const open = (port: number): Promise<OpenShop> =>
		openShop(Settings.parse({ port, data, logLevel: 'error' }), process.pid);
	let shop: OpenShop | undefined = await open(0);
	const { url } = shop;
	const close = async (): Promise<void> => {
		await shop?.[Symbol.asyncDispose]();
		shop = undefined;
	};
	return {
		url,
		close,
		reopen: async () => {
			shop = await open(Number(new URL(url).port));
		},
		async [Symbol.asyncDispose]() {
			await close();
			await rm(data, { recursive: true, force: true });
		},
	};
}

let people = 0;

/** Somebody whom no shop knows yet. */
export function somebody(): Person {
	const email = `ada-${++people}@example.com`;
	return { name: 'Ada Lovelace', email, password: 'analytical engine' };
}

/** Registers somebody, not by the page. */
export async function registered(url: string): Promise<Person> {
	const person = somebody();
	await httpClient(Users, { baseUrl: url }).register(person);
	return person;
}

/** The orders of a person, as another device of theirs would see them. */
export async function ordersOf(
	url: string,
	{ email, password }: Person,
): Promise<HttpClient<typeof Orders>> {
	const { token } = await httpClient(Users, { baseUrl: url }).signIn({ email, password });
	return httpClient(Orders, { baseUrl: url, token: () => token });
}

/** What a customer does with a mouse. */
export class Visit {
	readonly page: Page;

	constructor(page: Page) {
		this.page = page;
	}

	heading(name: string | RegExp): Promise<void> {
		return this.page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
	}

	link(name: string): Promise<void> {
		return this.page.getByRole('link', { name, exact: true }).click();
	}

	press(name: string): Promise<void> {
		return this.page.getByRole('button', { name, exact: true }).click();
	}

	/** Waits until somewhere on the page this is said. */
	sees(text: string | RegExp): Promise<void> {
		return this.page.getByText(text).first().waitFor();
	}

	async signUp({ name, email, password }: Person): Promise<void> {
		await this.page.getByLabel('Name').fill(name);
		await this.page.getByLabel('Email').fill(email);
		await this.page.getByLabel('Password').fill(password);
		await this.press('Make the account');
	}

	async signIn({ email, password }: Person): Promise<void> {
		await this.page.getByLabel('Email').fill(email);
		await this.page.getByLabel('Password').fill(password);
		await this.press('Sign in');
	}

	/** Puts a product into the basket, on its own page. */
	async putIntoBasket(sku: string, quantity = 1): Promise<void> {
		await this.page.goto(new URL(`/products/${sku}`, this.page.url()).href);
		if (quantity > 1) {
			await this.page.getByRole('textbox', { name: 'Pieces' }).fill(String(quantity));
		}
		await this.press('Put into the basket');
		await this.sees(/ in your basket\./);
	}

	/** Orders what is in the basket, and waits for a verdict on the order's own page. */
	async order(verdict: string): Promise<void> {
		await this.page.goto(new URL('/basket', this.page.url()).href);
		await this.press('Place the order');
		await this.heading(/^Order /);
		await this.page.getByText(verdict, { exact: true }).waitFor();
	}

	/** Signs in on a page of its own. */
	async comesAs(person: Person): Promise<void> {
		await this.page.goto(new URL('/sign-in', this.page.url()).href);
		await this.signIn(person);
		await this.heading('Good things, well kept.');
	}
}
