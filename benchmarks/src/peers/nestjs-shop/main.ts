// `STORE_SERVE=users,orders node main.js`: some services, or the gateway, or all of them in one process.
import 'reflect-metadata';
import { StandardSchemaSerializerInterceptor, type Type } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { GatewayModule } from './gateway.module.ts';
import { OrdersModule } from './orders.module.ts';
import { PaymentsModule } from './payments.module.ts';
import { PromptSocket, portOf, type ServiceName } from './peers.ts';
import { ProductsModule } from './products.module.ts';
import { httpValidation, RefusalToHttp, RefusalToRpc, RpcValidation } from './refusal-filters.ts';
import { UsersModule } from './users.module.ts';

const host = '127.0.0.1';
const logger = ['error', 'warn'] as const;

const modules: Readonly<Record<ServiceName, Type>> = {
	users: UsersModule,
	products: ProductsModule,
	orders: OrdersModule,
	payments: PaymentsModule,
};

async function startService(name: ServiceName): Promise<void> {
	const app = await NestFactory.createMicroservice<MicroserviceOptions>(modules[name], {
		logger: [...logger],
		transport: Transport.TCP,
		options: { host, port: portOf(name), socketClass: PromptSocket },
	});
	app.useGlobalPipes(new RpcValidation());
	app.useGlobalFilters(new RefusalToRpc());
	await app.listen();
}

async function startGateway(): Promise<void> {
	const adapter = new FastifyAdapter();
	const app = await NestFactory.create<NestFastifyApplication>(GatewayModule, adapter, {
		logger: [...logger],
	});
	app.useGlobalPipes(httpValidation);
	app.useGlobalFilters(new RefusalToHttp());
	app.useGlobalInterceptors(new StandardSchemaSerializerInterceptor(app.get(Reflector)));
	await app.listen(portOf('gateway'), host);
}

for (const name of (process.env.STORE_SERVE ?? '').split(',')) {
	if (name === 'gateway') await startGateway();
	else await startService(name as ServiceName);
}
process.send?.('ready');
