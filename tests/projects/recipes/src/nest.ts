import {
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  HttpException,
  Injectable,
  type NestInterceptor,
} from "@nestjs/common";
import { type Observable, tap } from "rxjs";
import { posthog } from "./posthog.js";

@Injectable()
export class PostHogInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest();
    request.posthog = posthog.forRequest(request);
    return next.handle().pipe(tap({
      error(error: unknown) {
        const isAnswer = error instanceof HttpException &&
          error.getStatus() < 500;
        const mechanism = { handled: false };
        if (!isAnswer) request.posthog.captureException(error, { mechanism });
      },
    }));
  }
}

/** The scope of the request, as a parameter of a handler. */
export const Scope = createParamDecorator(
  (_data: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest().posthog,
);
