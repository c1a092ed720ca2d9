import type { Command } from 'commander';
import { parseDuration } from '../terminal/arguments.ts';

/** `flotilla call` as it was typed. */
export interface CallArguments {
	readonly url?: string;
	readonly data?: string;
	readonly token?: string;
	readonly idempotencyKey?: string;
	/** Milliseconds. */
	readonly timeout?: number;
	readonly json?: boolean;
}

/** `flotilla call`: calls an operation of an app that runs. */
export function addCall(program: Command): void {
	program
		.command('call')
		.description('Calls an operation of an app that runs, through its edge')
		.argument('<OPERATION>', 'SERVICE.OPERATION, such as orders.place')
		.argument('[JSON]', 'the input, an object; - reads it from standard input')
		.option('--url <URL>', 'where the app is (standard: the one that runs here)')
		.option('--data <DIR>', 'the data folder of the app, which says where it is')
		.option('--token <TOKEN>', 'a bearer token (standard: that of the developer)')
		.option('--idempotency-key <KEY>', 'the same key gets the first answer again')
		.option(
			'--timeout <DURATION>',
			'how long to wait for the answer, or to listen, such as 5s',
			parseDuration,
		)
		.option('--json', 'JSON: the answer, or the problem, on one line')
		.addHelpText('after', EXAMPLES)
		.action(async (operation: string, json: string | undefined, options: CallArguments) => {
			const { call } = await import('./call.ts');
			process.exitCode = await call(operation, json, options);
		});
}

const EXAMPLES = `
Examples:
  flotilla call products.search
  flotilla call orders.place '{"lines":[{"sku":"COF-002","quantity":2}]}' --idempotency-key k1
  flotilla call orders.watch '{"id":"7"}' --url https://shop.example --json
  jq -n '{name:"Ada"}' | flotilla call greeter.greet -

FLOTILLA_URL and FLOTILLA_TOKEN stand for --url and --token. A streaming result is printed item by
item until it ends.
Exit codes: 0 answered, 1 refused or failed, 2 not reachable or no such operation, 130 stopped by Ctrl-C`;
