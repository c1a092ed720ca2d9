// `STORE_SERVE=users,orders node main.ts`: some services, or the gateway, or all of them in one node.
import { ServiceBroker, type ServiceSchema } from 'moleculer';
import { gatewayService } from './gateway.service.ts';
import { ordersService } from './orders.service.ts';
import { paymentsService } from './payments.service.ts';
import { productsService } from './products.service.ts';
import { usersService } from './users.service.ts';

const serve = (process.env.STORE_SERVE ?? '').split(',');
/** `users=4001,products=4002,...`: of the nodes, and of the gateway's HTTP. */
const ports = new URLSearchParams((process.env.STORE_PORTS ?? '').replaceAll(',', '&'));
/** All others, by the name of what they serve; empty when everything is in one node. */
const nodes = (process.env.STORE_NODES ?? '').split(',').filter(Boolean);

const broker = new ServiceBroker({
	nodeID: serve.join('-'),
	logger: { type: 'Console', options: { level: 'warn' } },
	// Longer than anybody may wait for an order to be decided.
	requestTimeout: 35_000,
	...(nodes.length > 0 && {
		transporter: {
			type: 'TCP',
			options: {
				udpDiscovery: false,
				useHostname: false,
				gossipPeriod: 1,
				urls: nodes.map((name) => `127.0.0.1:${ports.get(`${name}-node`)}/${name}`).join(','),
			},
		},
	}),
});

const services: Readonly<Record<string, () => ServiceSchema>> = {
	users: usersService,
	products: () => productsService(broker),
	orders: () => ordersService(broker),
	payments: () => paymentsService(broker),
	gateway: () => gatewayService(broker, Number(ports.get('gateway'))),
};

for (const name of serve) {
	const schema = services[name]?.();
	if (schema === undefined) throw new Error(`there is no service '${name}'`);
	broker.createService(schema);
}
await broker.start();
process.send?.('ready');
