import {
	type ArgumentsHost,
	BadRequestException,
	Catch,
	type ExceptionFilter,
	Injectable,
	type PipeTransform,
	StandardSchemaValidationPipe,
} from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { RpcException } from '@nestjs/microservices';
import type { FastifyReply } from 'fastify';
import { type Observable, throwError } from 'rxjs';
import { Refusal } from '../peer-shop/refusal.ts';

/** Tells a refusal to the service that asked. */
@Catch(Refusal)
export class RefusalToRpc implements ExceptionFilter {
	catch({ status, code, data }: Refusal): Observable<never> {
		return throwError(() => new RpcException({ status, code, data }).getError());
	}
}

/** Tells a refusal to the client, whoever refused. */
@Catch(Refusal)
export class RefusalToHttp extends BaseExceptionFilter {
	override catch({ status, code, data }: Refusal, host: ArgumentsHost): void {
		const reply = host.switchToHttp().getResponse<FastifyReply>();
		void reply.status(status).type('application/problem+json').send({ status, code, data });
	}
}

/** Input that does not fit its schema is refused, also between services. */
@Injectable()
export class RpcValidation extends StandardSchemaValidationPipe implements PipeTransform {
	constructor() {
		super({
			exceptionFactory: (issues) => {
				const messages = issues.map(({ message }) => message);
				return new Refusal(400, 'inputInvalid', { messages });
			},
		});
	}
}

export const httpValidation = new StandardSchemaValidationPipe({
	exceptionFactory: (issues) => new BadRequestException(issues.map(({ message }) => message)),
});
