import { Controller, Module } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { Users } from '../peer-shop/users.ts';
import { Credentials, NewUser } from './schemas.ts';

@Controller()
class UsersController {
	constructor(private readonly users: Users) {}

	@MessagePattern('users.register')
	register(@Payload({ schema: NewUser }) user: z.infer<typeof NewUser>) {
		return this.users.register(user);
	}

	@MessagePattern('users.signIn')
	signIn(@Payload({ schema: Credentials }) credentials: z.infer<typeof Credentials>) {
		return this.users.signIn(credentials);
	}

	@MessagePattern('users.keys')
	keys() {
		return this.users.keys();
	}
}

@Module({ controllers: [UsersController], providers: [Users] })
export class UsersModule {}
