/** Serves an application of Nest's on a free port, which is printed. */
import "reflect-metadata";
import {
  Controller,
  Get,
  Module,
  NotFoundException,
  type OnApplicationShutdown,
} from "@nestjs/common";
import { APP_INTERCEPTOR, NestFactory } from "@nestjs/core";
import type { RequestScope } from "edgehog";
import { PostHogInterceptor, Scope } from "./nest.js";
import { posthog } from "./posthog.js";

@Controller()
class ShopController {
  @Get()
  async view(@Scope() hog: RequestScope): Promise<object> {
    const flags = await hog.evaluateFlags();
    hog.capture({ event: "page viewed", flags });
    return { navigation: flags.isEnabled("new-nav") ? "new" : "classic" };
  }

  @Get("boom")
  fail(): never {
    throw new RangeError("boom");
  }

  @Get("none")
  miss(): never {
    throw new NotFoundException();
  }
}

@Module({
  controllers: [ShopController],
  providers: [{ provide: APP_INTERCEPTOR, useClass: PostHogInterceptor }],
})
class ShopModule implements OnApplicationShutdown {
  onApplicationShutdown(): Promise<void> {
    return posthog.shutdown();
  }
}

const app = await NestFactory.create(ShopModule, { logger: false });
app.enableShutdownHooks();
await app.listen(0, "127.0.0.1");
console.log(`Listening on ${await app.getUrl()}`);
