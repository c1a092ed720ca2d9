// How the services reach each other: Nest's TCP transport has no broker, so whoever emits an event
// names its listeners.
import type { Socket } from 'node:net';
import { Inject } from '@nestjs/common';
import { type ClientProxy, ClientsModule, JsonSocket, Transport } from '@nestjs/microservices';
import { firstValueFrom, timeout } from 'rxjs';
import type { Emit, Events } from '../peer-shop/model.ts';
import { Refusal } from '../peer-shop/refusal.ts';

export type ServiceName = 'users' | 'products' | 'orders' | 'payments';

const CALL_TIMEOUT_MS = 35_000;

const LISTENERS: Readonly<Record<keyof Events, readonly ServiceName[]>> = {
	'orders.placed': ['products'],
	'orders.confirmed': [],
	'orders.rejected': ['products'],
	'orders.cancelled': ['products', 'payments'],
	'products.stockReserved': ['payments'],
	'products.stockRefused': ['orders'],
	'payments.captured': ['orders'],
	'payments.declined': ['orders'],
};

/** `STORE_PORTS` is `users=4001,products=4002,...`. */
export function portOf(service: string): number {
	const ports = new URLSearchParams((process.env.STORE_PORTS ?? '').replaceAll(',', '&'));
	return Number(ports.get(service));
}

/**
 * Nest leaves Nagle's algorithm on: a message behind one that is not acknowledged yet would wait for
 * the other side's delayed acknowledgement, 40 ms on Linux.
 */
export class PromptSocket extends JsonSocket {
	constructor(socket: Socket, options?: ConstructorParameters<typeof JsonSocket>[1]) {
		super(socket, options);
		socket.setNoDelay(true);
	}
}

/** Clients of these services, to be had by `@Peer`. */
export function peers(...services: readonly ServiceName[]) {
	return ClientsModule.register(
		services.map((name) => ({
			name,
			transport: Transport.TCP,
			options: { host: '127.0.0.1', port: portOf(name), socketClass: PromptSocket },
		})),
	);
}

export const Peer = (name: ServiceName): ParameterDecorator => Inject(name);

/** @throws {Refusal} What the other service refused. */
export async function ask<Answer>(
	client: ClientProxy,
	pattern: string,
	data: object,
): Promise<Answer> {
	try {
		return await firstValueFrom(client.send(pattern, data).pipe(timeout(CALL_TIMEOUT_MS)));
	} catch (error) {
		const { status, code, data: more } = error as Partial<Refusal>;
		if (typeof status !== 'number' || code === undefined) throw error;
		throw new Refusal(status, code, more);
	}
}

/** Sends events to their listeners among these clients: once, without an acknowledgement. */
export function emitter(clients: Partial<Record<ServiceName, ClientProxy>>): Emit {
	return (name, data) => {
		for (const listener of LISTENERS[name]) clients[listener]?.emit(name, data);
	};
}
