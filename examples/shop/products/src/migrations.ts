import type { Migration } from 'flotilla';
import { catalogue } from './catalogue.ts';
import { descriptions } from './descriptions.ts';

export const migrations: readonly Migration[] = [
	{
		name: '0001-products',
		sql: `
			create table products (
				sku text primary key,
				name text not null,
				search_text text not null,
				price_minor bigint not null check (price_minor > 0)
			);
			create table stock (
				sku text primary key references products (sku),
				on_hand bigint not null,
				reserved bigint not null,
				version bigint not null,
				check (reserved >= 0 and reserved <= on_hand)
			);
			create table reservations (
				order_id text not null,
				sku text not null references stock (sku),
				quantity bigint not null check (quantity > 0),
				primary key (order_id, sku)
			);
		`,
	},
	{
		name: '0002-catalogue',
		sql: `
			insert into products (sku, name, search_text, price_minor) values
			${rows(({ sku, name, category, priceMinor }) => {
				// In lower case here, because the engines disagree about what that is outside of ASCII.
				const searchText = `${name} ${category} ${sku}`.toLowerCase();
				return `(${quoted(sku)}, ${quoted(name)}, ${quoted(searchText)}, ${priceMinor})`;
			})};
			insert into stock (sku, on_hand, reserved, version) values
			${rows(({ sku, onHand }) => `(${quoted(sku)}, ${onHand}, 0, 1)`)};
		`,
	},
	{
		name: '0003-descriptions',
		// Empty for products that somebody else has put there.
		sql: `
			alter table products add column category text;
			alter table products add column description text;
			create index products_of_category on products (category, sku);
			update products set
				category = case sku ${cases(({ category }) => category)} end,
				description = case sku ${cases(describe)} end;
		`,
	},
];

function rows(row: (item: (typeof catalogue)[number]) => string): string {
	return catalogue.map(row).join(',\n');
}

function cases(text: (item: (typeof catalogue)[number]) => string): string {
	return catalogue.map((item) => `when ${quoted(item.sku)} then ${quoted(text(item))}`).join('\n');
}

function describe({ sku }: (typeof catalogue)[number]): string {
	const [shelf = '', number = ''] = sku.split('-');
	return descriptions[shelf]?.[Number(number) - 1] ?? '';
}

function quoted(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}
