import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Subject } from '../harness/subject.ts';
import { HttpClient } from '../load/http-client.ts';
import type { HttpAnswer } from '../load/http-connection.ts';
import type { Listening, Question, Reply } from './edge-server.ts';
import { type Nginx, startNginx } from './nginx.ts';
import { type Basket, type Quote, unitPrice } from './quotes.ts';

export interface EdgeSubjectOptions {
	/** The URL of the server's module. */
	readonly server: string;
	readonly method: 'GET' | 'POST';
	/** nginx in front of it. */
	readonly behindNginx?: true;
	/** Answers must have a request id. */
	readonly namesRequests?: true;
}

/** A server in a process of its own, and this process, which asks it. */
export async function edgeSubject(options: EdgeSubjectOptions): Promise<Subject<HttpAnswer>> {
	const server = await ServerProcess.start(options.server);
	const nginx = options.behindNginx ? await before(server) : undefined;
	const client = new HttpClient(nginx?.port ?? server.port);
	const { operate, isRight } = options.method === 'GET' ? getting(client) : posting(client);
	return {
		operate,
		isRight,
		handlerRuns: async () => {
			const reply = await server.ask('runs');
			return 'runs' in reply ? reply.runs : Number.NaN;
		},
		processes: () => [server.id, ...(nginx === undefined ? [] : [nginx.processId])],
		prove: async () => {
			await proveRefusals(client);
			const answer = await operate(1);
			if (options.namesRequests && !answer.head.includes('\r\nx-request-id: ')) {
				throw new Error('an answer has no request id');
			}
			const reply = await server.ask('prove');
			if ('failed' in reply && reply.failed !== undefined) throw new Error(reply.failed);
		},
		close: () => {
			client.close();
			nginx?.stop();
			server.stop();
		},
	};
}

async function before(server: ServerProcess): Promise<Nginx> {
	try {
		return await startNginx(server.port);
	} catch (error) {
		server.stop();
		throw error;
	}
}

type Asking = Pick<Subject<HttpAnswer>, 'operate' | 'isRight'>;

function getting(client: HttpClient): Asking {
	return {
		operate: (n) =>
			client.ask({
				method: 'GET',
				path: `/v1/quotes/SKU-${n}?quantity=${quantityOf(n)}&currency=EUR`,
			}),
		isRight: (n, { status, body }) => {
			if (status !== 200) return false;
			const quote = JSON.parse(body) as Quote;
			return quote.sku === `SKU-${n}` && quote.totalMinor === quantityOf(n) * unitPrice(`SKU-${n}`);
		},
	};
}

function posting(client: HttpClient): Asking {
	const linesOf = (n: number): Basket['lines'] =>
		[n, n + 1, n + 2].map((number) => {
			const sku = `SKU-${number}`;
			return { sku, quantity: quantityOf(number), unitMinor: unitPrice(sku) };
		});
	return {
		operate: (n) => {
			const lines = linesOf(n).map(({ sku, quantity }) => ({ sku, quantity }));
			const body = { customer: `customer-${n}`, lines, currency: 'EUR' };
			return client.ask({ method: 'POST', path: '/v1/quotes', body });
		},
		isRight: (n, { status, body }) => {
			if (status !== 200) return false;
			const { customer, totalMinor } = JSON.parse(body) as Basket;
			const wanted = linesOf(n).reduce((sum, line) => sum + line.quantity * line.unitMinor, 0);
			return customer === `customer-${n}` && totalMinor === wanted;
		},
	};
}

function quantityOf(n: number): number {
	return 1 + (n % 97);
}

/** Inputs that every server must refuse, as a fault of the client. */
async function proveRefusals(client: HttpClient): Promise<void> {
	const line = { sku: 'SKU-1', quantity: 1 };
	const wrong = [
		{ method: 'GET', path: '/v1/quotes/SKU-1?quantity=1001&currency=EUR' },
		{ method: 'GET', path: '/v1/quotes/SKU-1?quantity=some&currency=EUR' },
		{ method: 'GET', path: '/v1/quotes/tea?quantity=1&currency=EUR' },
		{ method: 'GET', path: '/v1/quotes/SKU-1?quantity=1&currency=GBP' },
		...[
			[],
			[{ ...line, quantity: 0 }],
			[{ ...line, quantity: '1' }],
			[{ ...line, sku: 'tea' }],
		].map((lines) => {
			const body = { customer: 'ada', lines, currency: 'EUR' };
			return { method: 'POST', path: '/v1/quotes', body };
		}),
	];
	for (const request of wrong) {
		const { status } = await client.ask(request);
		if (status >= 400 && status < 500) continue;
		throw new Error(`${JSON.stringify(request)} was answered ${status}, not refused`);
	}
}

/** See server-process.ts. */
class ServerProcess {
	readonly id: number;
	readonly port: number;
	readonly #child: ChildProcess;

	private constructor(child: ChildProcess, { port }: Listening) {
		this.#child = child;
		this.id = child.pid ?? 0;
		this.port = port;
	}

	static async start(module: string): Promise<ServerProcess> {
		const file = fileURLToPath(new URL('./server-process.ts', import.meta.url));
		const child = fork(file, [module], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
		return new ServerProcess(child, (await nextMessage(child)) as Listening);
	}

	async ask(question: Question): Promise<Reply> {
		this.#child.send(question);
		return (await nextMessage(this.#child)) as Reply;
	}

	stop(): void {
		this.#child.disconnect();
	}
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
	const over = new AbortController();
	const { signal } = over;
	try {
		return await Promise.race([
			once(child, 'message', { signal }).then(([message]) => message as unknown),
			once(child, 'exit', { signal }).then(([code]) => {
				throw new Error(`the process of the server ended with ${code}`);
			}),
		]);
	} finally {
		over.abort();
	}
}
