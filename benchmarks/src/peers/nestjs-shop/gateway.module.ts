import {
	Body,
	type CanActivate,
	Controller,
	createParamDecorator,
	type ExecutionContext,
	Get,
	Headers,
	HttpCode,
	Injectable,
	Module,
	Param,
	Post,
	Put,
	Query,
	SerializeOptions,
	SetMetadata,
	UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ClientProxy } from '@nestjs/microservices';
import type { FastifyRequest } from 'fastify';
import type { JWK } from 'jose';
import type { z } from 'zod';
import { type Principal, Tokens } from '../peer-shop/tokens.ts';
import { ask, Peer, peers } from './peers.ts';
import {
	Adjustment,
	ById,
	BySku,
	Credentials,
	Keys,
	Ledger,
	NewOrder,
	NewUser,
	Order,
	OrderPage,
	Paging,
	Product,
	ProductPage,
	SearchQuery,
	Session,
	Stock,
	User,
} from './schemas.ts';

const DEFAULT_WAIT_SECONDS = 2;
const WAIT_SECONDS_MAX = 30;

type Authenticated = FastifyRequest & { principal?: Principal };

const Scope = (scope: Principal['scope']) => SetMetadata('scope', scope);

/** The subject of the token. */
const UserId = createParamDecorator((_: unknown, context: ExecutionContext) => {
	return context.switchToHttp().getRequest<Authenticated>().principal?.subject;
});

@Injectable()
class ScopeGuard implements CanActivate {
	constructor(
		private readonly reflector: Reflector,
		private readonly tokens: Tokens,
	) {}

	async canActivate(context: ExecutionContext): Promise<boolean> {
		const request = context.switchToHttp().getRequest<Authenticated>();
		const scope = this.reflector.getAllAndOverride<Principal['scope'] | undefined>('scope', [
			context.getHandler(),
			context.getClass(),
		]);
		if (scope === undefined) return true;
		request.principal = await this.tokens.principal(request.headers.authorization, scope);
		return true;
	}
}

@Controller('v1')
@UseGuards(ScopeGuard)
class UsersGateway {
	constructor(@Peer('users') private readonly users: ClientProxy) {}

	@Post('users')
	@SerializeOptions({ schema: User })
	register(@Body({ schema: NewUser }) user: z.infer<typeof NewUser>) {
		return ask<object>(this.users, 'users.register', user);
	}

	@Post('sessions')
	@SerializeOptions({ schema: Session })
	signIn(@Body({ schema: Credentials }) credentials: z.infer<typeof Credentials>) {
		return ask<object>(this.users, 'users.signIn', credentials);
	}

	@Get('keys')
	@SerializeOptions({ schema: Keys })
	keys() {
		return ask<object>(this.users, 'users.keys', {});
	}
}

@Controller('v1/products')
@UseGuards(ScopeGuard)
class ProductsGateway {
	constructor(@Peer('products') private readonly products: ClientProxy) {}

	@Get()
	@SerializeOptions({ schema: ProductPage })
	search(@Query({ schema: SearchQuery }) query: z.infer<typeof SearchQuery>) {
		return ask<object>(this.products, 'products.search', query);
	}

	@Get(':sku')
	@SerializeOptions({ schema: Product })
	get(@Param({ schema: BySku }) { sku }: z.infer<typeof BySku>) {
		return ask<object>(this.products, 'products.get', { sku });
	}

	@Get(':sku/stock')
	@Scope('operator')
	@SerializeOptions({ schema: Stock })
	stock(@Param({ schema: BySku }) { sku }: z.infer<typeof BySku>) {
		return ask<object>(this.products, 'products.stock', { sku });
	}

	@Put(':sku/stock')
	@Scope('operator')
	@SerializeOptions({ schema: Stock })
	adjustStock(
		@Param({ schema: BySku }) { sku }: z.infer<typeof BySku>,
		@Body({ schema: Adjustment }) adjustment: z.infer<typeof Adjustment>,
	) {
		return ask<object>(this.products, 'products.adjustStock', { sku, ...adjustment });
	}
}

@Controller('v1/orders')
@UseGuards(ScopeGuard)
@Scope('user')
class OrdersGateway {
	constructor(@Peer('orders') private readonly orders: ClientProxy) {}

	@Post()
	@SerializeOptions({ schema: Order })
	place(
		@UserId() userId: string,
		@Body({ schema: NewOrder }) { lines }: z.infer<typeof NewOrder>,
		@Headers('idempotency-key') idempotencyKey: string | undefined,
		@Headers('prefer') prefer: string | undefined,
	) {
		const waitMs = waitSeconds(prefer) * 1_000;
		return ask<object>(this.orders, 'orders.place', { userId, lines, idempotencyKey, waitMs });
	}

	@Get()
	@SerializeOptions({ schema: OrderPage })
	list(@UserId() userId: string, @Query({ schema: Paging }) paging: z.infer<typeof Paging>) {
		return ask<object>(this.orders, 'orders.list', { userId, ...paging });
	}

	@Get(':id')
	@SerializeOptions({ schema: Order })
	get(@UserId() userId: string, @Param({ schema: ById }) { id }: z.infer<typeof ById>) {
		return ask<object>(this.orders, 'orders.get', { userId, id });
	}

	@Post(':id/cancel')
	@HttpCode(200)
	@SerializeOptions({ schema: Order })
	cancel(@UserId() userId: string, @Param({ schema: ById }) { id }: z.infer<typeof ById>) {
		return ask<object>(this.orders, 'orders.cancel', { userId, id });
	}
}

@Controller('v1/ledger')
@UseGuards(ScopeGuard)
@Scope('operator')
class PaymentsGateway {
	constructor(@Peer('payments') private readonly payments: ClientProxy) {}

	@Get()
	@SerializeOptions({ schema: Ledger })
	ledger() {
		return ask<object>(this.payments, 'payments.ledger', {});
	}
}

/** `Prefer: wait=N` (RFC 7240). */
function waitSeconds(prefer: string | undefined): number {
	const asked = /(?:^|[,;\s])wait=(\d+)/.exec(prefer ?? '')?.[1];
	return asked === undefined ? DEFAULT_WAIT_SECONDS : Math.min(Number(asked), WAIT_SECONDS_MAX);
}

@Module({
	imports: [peers('users', 'products', 'orders', 'payments')],
	controllers: [UsersGateway, ProductsGateway, OrdersGateway, PaymentsGateway],
	providers: [
		{
			provide: Tokens,
			inject: ['users'],
			useFactory: (users: ClientProxy) =>
				new Tokens(() => ask<{ keys: JWK[] }>(users, 'users.keys', {})),
		},
	],
})
export class GatewayModule {}
