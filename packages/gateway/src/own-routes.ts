import type { FastifyInstance, FastifyReply } from 'fastify';
import { openApiDocument } from 'flotilla/adapter';
import type { Fleet } from 'flotilla/run';
import { authenticate, type Verifier } from './authentication.ts';
import { type Exchange, exchangeOf } from './exchange.ts';

export interface OwnRoutesOptions {
	readonly fleet: Fleet;
	readonly verify: Verifier | undefined;
	readonly title: string;
	readonly version: string;
	readonly description: string | undefined;
	/** Who may read the metrics: `public`, a scope, or `false` for nobody. */
	readonly metrics: string | false;
	readonly isClosing: () => boolean;
}

/** The paths that the edge keeps for itself. */
export function ownPaths(metrics: string | false): readonly string[] {
	const paths = ['/openapi.json', '/health/live', '/health/ready'];
	return metrics === false ? paths : [...paths, '/metrics'];
}

/** Adds what the edge tells about itself: its document, its health and its metrics. */
export function addOwnRoutes(app: FastifyInstance, options: OwnRoutesOptions): void {
	const { fleet, title, version, description, metrics, verify, isClosing } = options;
	const { contracts } = fleet;
	const document = JSON.stringify(
		openApiDocument({
			title,
			version,
			contracts,
			...(description !== undefined && { description }),
		}),
	);
	const own = (url: string, answer: (reply: FastifyReply, exchange: Exchange) => unknown): void => {
		app.route({
			method: ['GET', 'HEAD'],
			url,
			handler: async (request, reply) => {
				const exchange = exchangeOf(request.raw);
				exchange.quiet = true;
				reply.header('cache-control', 'no-store');
				return answer(reply, exchange);
			},
		});
	};
	own('/openapi.json', (reply) => reply.type('application/json').send(document));
	own('/health/live', (reply) => reply.send({ live: true }));
	own('/health/ready', async (reply) => {
		const health = await fleet.health();
		const open = !isClosing();
		const ready = health.ready && open;
		const parts = [...health.parts, { name: 'gateway', ok: open }];
		return reply.code(ready ? 200 : 503).send({ ready, parts });
	});
	if (metrics === false) return;
	own('/metrics', async (reply, { request }) => {
		await authenticate(metrics, request.headers.authorization, verify);
		const text = fleet.telemetry.metrics.prometheusText();
		return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
	});
}
