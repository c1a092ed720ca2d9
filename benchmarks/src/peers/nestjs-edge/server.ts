import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import {
	Body,
	Controller,
	Get,
	HttpCode,
	Module,
	Param,
	Post,
	Query,
	SerializeOptions,
	StandardSchemaSerializerInterceptor,
	StandardSchemaValidationPipe,
} from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import type { EdgeServer } from '../../edge/edge-server.ts';
import { Basket, BasketInput, Quote, QuotePath, QuoteQuery, Quotes } from '../../edge/quotes.ts';

@Controller('v1/quotes')
class QuotesController {
	constructor(private readonly quotes: Quotes) {}

	@Get(':sku')
	@SerializeOptions({ schema: Quote })
	quote(
		@Param({ schema: QuotePath }) { sku }: z.infer<typeof QuotePath>,
		@Query({ schema: QuoteQuery }) query: z.infer<typeof QuoteQuery>,
	): Quote {
		return this.quotes.quote({ sku, ...query });
	}

	@Post()
	@HttpCode(200)
	@SerializeOptions({ schema: Basket })
	basket(@Body({ schema: BasketInput }) input: z.infer<typeof BasketInput>): Basket {
		return this.quotes.basket(input);
	}
}

@Module({ controllers: [QuotesController], providers: [Quotes] })
class EdgeModule {}

/** Its validation pipe in, its schema serializer out, and Fastify's request ids on the answers. */
export async function serve(): Promise<EdgeServer> {
	const adapter = new FastifyAdapter({ genReqId: () => randomUUID() });
	const app = await NestFactory.create<NestFastifyApplication>(EdgeModule, adapter, {
		logger: false,
	});
	app.useGlobalPipes(new StandardSchemaValidationPipe());
	app.useGlobalInterceptors(new StandardSchemaSerializerInterceptor(app.get(Reflector)));
	const fastify = adapter.getInstance();
	fastify.addHook('onRequest', (request, reply, done) => {
		reply.header('x-request-id', request.id);
		done();
	});
	await app.listen(0, '127.0.0.1');
	const quotes = app.get(Quotes);
	return {
		port: (fastify.server.address() as AddressInfo).port,
		handlerRuns: () => quotes.runs,
	};
}
