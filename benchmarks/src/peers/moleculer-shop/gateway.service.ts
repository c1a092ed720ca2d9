import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JWK } from 'jose';
import type { Context, ServiceBroker, ServiceSchema } from 'moleculer';
import ApiGateway from 'moleculer-web';
import { Refusal } from '../peer-shop/refusal.ts';
import { type Principal, Tokens } from '../peer-shop/tokens.ts';

const WAIT_SECONDS_MAX = 30;
const IDEMPOTENCY_KEY_LENGTH_MAX = 255;

type RouteContext = Context<unknown, Record<string, unknown>>;

/** What is not here is for everybody. */
const SCOPES: Readonly<Record<string, Principal['scope']>> = {
	'orders.place': 'user',
	'orders.list': 'user',
	'orders.get': 'user',
	'orders.cancel': 'user',
	'products.stock': 'operator',
	'products.adjustStock': 'operator',
	'payments.ledger': 'operator',
};

export function gatewayService(broker: ServiceBroker, port: number): ServiceSchema {
	const tokens = new Tokens(() => broker.call<{ keys: JWK[] }>('users.keys'));
	const settings = {
		port,
		ip: '127.0.0.1',
		routes: [
			{
				path: '/v1',
				bodyParsers: { json: true },
				mappingPolicy: 'restrict',
				authorization: true,
				onBeforeCall: takeHeaders,
				onError,
				aliases: {
					'POST /users': 'users.register',
					'POST /sessions': 'users.signIn',
					'GET /keys': 'users.keys',
					'GET /products': 'products.search',
					'GET /products/:sku': 'products.get',
					'GET /products/:sku/stock': 'products.stock',
					'PUT /products/:sku/stock': 'products.adjustStock',
					'POST /orders': 'orders.place',
					'GET /orders': 'orders.list',
					'GET /orders/:id': 'orders.get',
					'POST /orders/:id/cancel': 'orders.cancel',
					'GET /ledger': 'payments.ledger',
				},
			},
		],
	};
	return {
		name: 'gateway',
		mixins: [ApiGateway as object],
		dependencies: ['users', 'products', 'orders', 'payments'],
		settings: settings as object,
		methods: {
			async authorize(
				context: RouteContext,
				_route: unknown,
				request: IncomingMessage,
				_response: unknown,
				alias: { action: string },
			): Promise<void> {
				const scope = SCOPES[alias.action];
				if (scope === undefined) return;
				const { subject } = await tokens.principal(request.headers.authorization, scope);
				context.meta.userId = subject;
			},
		},
	};
}

function takeHeaders(context: RouteContext, _route: unknown, { headers }: IncomingMessage): void {
	const key = headers['idempotency-key'];
	if (typeof key === 'string') {
		const isLong = key.length > IDEMPOTENCY_KEY_LENGTH_MAX;
		if (key === '' || isLong) throw new Refusal(400, 'idempotencyKeyInvalid');
		context.meta.idempotencyKey = key;
	}
	const seconds = /(?:^|[,;\s])wait=(\d+)/.exec(String(headers.prefer ?? ''))?.[1];
	if (seconds === undefined) return;
	context.meta.waitMs = Math.min(Number(seconds), WAIT_SECONDS_MAX) * 1_000;
}

interface Failure {
	readonly code?: unknown;
	readonly type?: string;
	readonly data?: unknown;
}

function onError(_request: IncomingMessage, response: ServerResponse, error: Failure): void {
	const isRefusal = error instanceof Refusal;
	const status = isRefusal ? error.status : typeof error.code === 'number' ? error.code : 500;
	const code = isRefusal ? error.code : (error.type ?? 'INTERNAL_ERROR');
	const data = status < 500 ? error.data : undefined;
	response.writeHead(status, { 'content-type': 'application/problem+json' });
	response.end(JSON.stringify({ status, code, data }));
}
