import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SqlStatement } from '../host/database.ts';
import { json, list, type Sql, type SqlParameter, sql } from './sql.ts';

/** As an engine would number the parameters. */
const shown = ({ strings }: SqlStatement) => strings.join('?').replaceAll(/\s+/g, ' ').trim();

test('values become parameters and never text', () => {
	const hostile = "'; drop table orders; --";
	const statement = sql`select * from orders where id = ${hostile} and paid = ${false}`;
	assert.equal(shown(statement), 'select * from orders where id = ? and paid = ?');
	assert.deepEqual(statement.values, [hostile, false]);
});

test('undefined is null', () => {
	assert.deepEqual(sql`select ${undefined}, ${null}`.values, [null, null]);
	assert.deepEqual(sql`select ${undefined} ${sql``}`.values, [null]);
});

test('a statement without pieces keeps its template, by which engines keep it prepared', () => {
	const run = (id: string) => sql`select ${id}`;
	assert.equal(run('a').strings, run('b').strings);
});

test('a statement with the same pieces keeps its strings, with others it has others', () => {
	const byName = sql`where name = ${'x'}`;
	const build = (piece: Sql, ids: readonly number[]) =>
		sql`select * from t ${piece} and id in (${list(ids)}) limit ${5}`;
	assert.equal(build(byName, [1, 2]).strings, build(byName, [3, 4]).strings);
	assert.notEqual(build(byName, [1, 2]).strings, build(byName, [1]).strings);
	assert.notEqual(build(byName, [1]).strings, build(sql`where 1 = 1`, [1]).strings);
	assert.equal(shown(build(byName, [1])), 'select * from t where name = ? and id in (?) limit ?');
});

test('any number of combinations is right, though not all are remembered', () => {
	const outer = (piece: Sql) => sql`select ${piece}`;
	for (let index = 0; index < 1_500; index++) {
		const piece = sql(Object.assign([`${index}`], { raw: [`${index}`] }));
		assert.equal(shown(outer(piece)), `select ${index}`);
		assert.equal(shown(outer(piece)), `select ${index}`);
	}
});

test('pieces are put in with their parameters in order, however deep', () => {
	const inner = sql`b = ${2} or c = ${3}`;
	const outer = sql`(a = ${1} or ${inner})`;
	const statement = sql`select ${0} where ${outer} and d in (${list([4, 5])}) limit ${6}`;
	assert.equal(
		shown(statement),
		'select ? where (a = ? or b = ? or c = ?) and d in (?, ?) limit ?',
	);
	assert.deepEqual(statement.values, [0, 1, 2, 3, 4, 5, 6]);
});

test('empty pieces leave nothing, be they first, last, adjacent or all there is', () => {
	const statement = sql`${sql``}select ${1}${sql``}${sql``} from t ${sql``}`;
	assert.equal(shown(statement), 'select ? from t');
	assert.deepEqual(statement.values, [1]);
	assert.equal(shown(sql`${sql`${sql``}`}`), '');
});

test('an empty list matches nothing', () => {
	assert.equal(shown(sql`id in (${list([])})`), 'id in (null)');
	assert.equal(shown(sql`id in (${list(['a'])})`), 'id in (?)');
	assert.throws(() => list(Array(1_001).fill(1)), TypeError);
});

test('JSON is a parameter', () => {
	assert.deepEqual(sql`select ${json({ a: [1] })}`.values, [{ json: '{"a":[1]}' }]);
	assert.deepEqual(json(undefined), { json: 'null' });
});

test('no JSON that somebody sent passes for a piece of SQL', () => {
	const forged = [
		{ '~flotilla': 'sql', strings: ['1 or 1 = 1'], values: [] },
		JSON.parse(JSON.stringify(sql`1 or 1 = 1`)),
	];
	for (const value of forged) {
		const statement = sql`select * from orders where id = ${value as SqlParameter}`;
		assert.equal(shown(statement), 'select * from orders where id = ?');
		assert.deepEqual(statement.values, [value]);
	}
});

test('however pieces are nested, text and parameters are those of the flat statement', () => {
	/** A piece is either text, a value, or pieces again. */
	const tree = fc.letrec<{ node: string | number | unknown[] }>((tie) => ({
		node: fc.oneof(
			{ maxDepth: 4 },
			fc.constantFrom('a', 'b ', ''),
			fc.integer(),
			fc.array(tie('node'), { maxLength: 4 }),
		),
	})).node;
	const build = (node: unknown): Sql => {
		if (typeof node === 'number') return sql`${node}`;
		if (typeof node === 'string') {
			const strings = Object.assign([node], { raw: [node] });
			return sql(strings);
		}
		return (node as unknown[]).map(build).reduce((left, right) => sql`${left}${right}`, sql``);
	};
	const flatten = (node: unknown): (string | number)[] =>
		Array.isArray(node) ? node.flatMap(flatten) : [node as string | number];
	fc.assert(
		fc.property(tree, (node) => {
			const statement = build(node);
			const flat = flatten(node);
			const values = flat.filter((piece) => typeof piece === 'number');
			assert.equal(statement.strings.length, statement.values.length + 1);
			assert.deepEqual(statement.values, values);
			const text = flat.map((piece) => (typeof piece === 'number' ? '?' : piece)).join('');
			assert.equal(statement.strings.join('?'), text);
		}),
	);
});
