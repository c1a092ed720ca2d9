import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { isFlotillaError } from '../errors/flotilla-error.ts';
import { type ConfigurationSources, configuration, configurationHelp } from './configuration.ts';

const Settings = z.object({
	port: z.int().min(0).max(65_535).default(8080).describe('Where it listens.'),
	data: z.string().default('.data').describe('Where it keeps its data.'),
	declineAboveMinor: z.int().default(100_000).describe('The limit.'),
	verbose: z.boolean().default(false).describe('Says more.'),
	logLevel: z.enum(['info', 'warn']).default('info').describe('What is logged.'),
	hosts: z.array(z.string()).optional(),
});

type Sources = Partial<ConfigurationSources<typeof Settings>>;

function configure(sources: Sources): Promise<z.infer<typeof Settings>> {
	return configuration({
		schema: Settings,
		prefix: 'SHOP_',
		environment: {},
		arguments: [],
		...sources,
	});
}

async function refusal(sources: Sources): Promise<string> {
	const error = await configure(sources).then(
		() => assert.fail('it was accepted'),
		(reason: unknown) => reason,
	);
	assert.ok(isFlotillaError(error, 'FLOTILLA_CONFIGURATION'), String(error));
	return error.message;
}

const file = (values: unknown): Sources => ({
	file: async () => ({ name: 'flotilla.config.ts', values }),
});

test('without any source every setting has its default', async () => {
	const settings = await configure({});
	assert.deepEqual(settings, {
		port: 8080,
		data: '.data',
		declineAboveMinor: 100_000,
		verbose: false,
		logLevel: 'info',
	});
});

test('arguments override the environment, which overrides the file', async () => {
	const settings = await configure({
		...file({ port: 1, data: 'file', declineAboveMinor: 1, hosts: ['a'] }),
		environment: { SHOP_PORT: '2', SHOP_DATA: 'environment', OTHER_PORT: '9' },
		arguments: ['--port', '3'],
	});
	assert.equal(settings.port, 3);
	assert.equal(settings.data, 'environment');
	assert.equal(settings.declineAboveMinor, 1);
	assert.deepEqual(settings.hosts, ['a']);
});

test('arguments take their values with a space or an equals sign; switches need none', async () => {
	const settings = await configure({
		arguments: ['--data=a=b', '--verbose', '--decline-above-minor', '500'],
	});
	assert.equal(settings.data, 'a=b');
	assert.equal(settings.verbose, true);
	assert.equal(settings.declineAboveMinor, 500);
	assert.equal((await configure({ arguments: ['--verbose', 'false'] })).verbose, false);
});

test('text stays text where the setting is text', async () => {
	assert.equal((await configure({ arguments: ['--data', '42'] })).data, '42');
});

test('an unknown key is refused wherever it stands, with the nearest known one', async () => {
	assert.match(await refusal({ arguments: ['--prot', '1'] }), /--prot is unknown.*--port\b/);
	assert.match(
		await refusal({ environment: { SHOP_PROT: '1' } }),
		/SHOP_PROT is unknown.*SHOP_PORT\b/,
	);
	assert.match(
		await refusal(file({ declineAbove: 1 })),
		/'declineAbove' in flotilla.config.ts is unknown.*declineAboveMinor/,
	);
	assert.match(await refusal({ arguments: ['8080'] }), /8080 is unknown/);
});

test('a wrong value is refused with its place and without itself', async () => {
	const secret = 'hunter2';
	for (const sources of [
		{ arguments: ['--port', secret] },
		{ environment: { SHOP_PORT: secret } },
		file({ port: secret }),
	]) {
		const message = await refusal(sources);
		assert.match(message, /(?:--port|SHOP_PORT|'port' in flotilla.config.ts): .*expected number/);
		assert.ok(!message.includes(secret));
	}
	assert.match(await refusal({ arguments: ['--port', '70000'] }), /--port: Too big/);
	assert.match(await refusal(file(['port'])), /does not export an object/);
	assert.match(await refusal(file({ hosts: ['a', 1] })), /'hosts' in flotilla.config.ts\.1: /);
});

test('an argument without a value, or given twice, is refused', async () => {
	assert.match(await refusal({ arguments: ['--port'] }), /--port lacks a value/);
	assert.match(await refusal({ arguments: ['--port', '--verbose'] }), /--port lacks a value/);
	assert.match(await refusal({ arguments: ['--port=1', '--port=2'] }), /--port is given twice/);
});

test('everything that is wrong is told at once, wherever it stands', async () => {
	const message = await refusal({
		...file({ data: 1, colour: 'red' }),
		environment: { SHOP_PROT: '1', SHOP_LOG_LEVEL: 'loud' },
		arguments: ['--porte', '1', '--decline-above-minor', 'many', '--verbose=maybe', '--data'],
	});
	for (const part of [
		/--porte is unknown/,
		/--decline-above-minor: /,
		/--verbose: /,
		/--data lacks a value/,
		/SHOP_PROT is unknown/,
		/SHOP_LOG_LEVEL: /,
		/'colour' in flotilla\.config\.ts is unknown/,
		/'data' in flotilla\.config\.ts: /,
	]) {
		assert.match(message, part);
	}
	assert.ok(!message.includes('The argument 1'), 'the value of an unknown argument is none itself');
	const many = Array.from({ length: 25 }, (_, index) => `--unknown-${index}`);
	assert.match(await refusal({ arguments: many }), /--unknown-19 is unknown.* And 5 more\./);
});

test('variables of other programs with the same beginning are left alone', async () => {
	const environment = { SHOP_SMOKE_TEST: '1' };
	assert.match(await refusal({ environment }), /SHOP_SMOKE_TEST is unknown/);
	const settings = await configure({ environment, otherVariables: ['SHOP_SMOKE_TEST'] });
	assert.equal(settings.port, 8080);
});

test('--config or its variable names the file, and is no setting itself', async () => {
	const paths: (string | undefined)[] = [];
	const remember: Sources = {
		file: async (path) => {
			paths.push(path);
			return undefined;
		},
	};
	await configure(remember);
	await configure({ ...remember, environment: { SHOP_CONFIG: 'a.ts' } });
	await configure({
		...remember,
		environment: { SHOP_CONFIG: 'a.ts' },
		arguments: ['--config=b.ts'],
	});
	assert.deepEqual(paths, [undefined, 'a.ts', 'b.ts']);
	assert.match(await refusal({ arguments: ['--config', 'b.ts'] }), /--config is unknown/);
	assert.match(
		await refusal(file({ config: 'c.ts' })),
		/'config' in flotilla.config.ts is unknown/,
	);
});

test('the help has a line for each setting', () => {
	const [port, , limit, verbose, level] = configurationHelp(Settings, 'SHOP_').split('\n');
	assert.match(port ?? '', /^ {2}--port NUMBER +Where it listens. \(8080\) \[SHOP_PORT\]$/);
	assert.match(
		limit ?? '',
		/--decline-above-minor NUMBER +The limit. .*\[SHOP_DECLINE_ABOVE_MINOR\]/,
	);
	assert.match(verbose ?? '', /--verbose +Says more/);
	assert.match(level ?? '', /--log-level info\|warn /);
});
