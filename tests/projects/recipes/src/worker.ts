import { DurableObject, env } from "cloudflare:workers";
import { fromEnv, PostHog } from "edgehog";

const { apiKey, ...options } = fromEnv(env);
const posthog = new PostHog(apiKey, options);

export class Room extends DurableObject {
  override async fetch(request: Request): Promise<Response> {
    const hog = posthog.forRequest(request, this.ctx);
    hog.capture({ event: "room entered" });
    await this.ctx.storage.setAlarm(Date.now());
    return new Response("Welcome");
  }

  override alarm(): void {
    const hog = posthog.forRequest(undefined, this.ctx);
    hog.capture({ event: "room closed", distinctId: this.ctx.id.toString() });
  }
}

interface Env {
  ROOMS: DurableObjectNamespace<Room>;
}

interface Order {
  customer: string;
  total: number;
}

export default {
  fetch(request, { ROOMS }) {
    return ROOMS.get(ROOMS.idFromName("lobby")).fetch(request);
  },

  async scheduled(_controller, _env, ctx) {
    const hog = posthog.forRequest(undefined, ctx, { distinctId: "cron" });
    const flags = await hog.evaluateFlags();
    if (flags.isEnabled("digest")) hog.capture({ event: "digest sent", flags });
  },

  queue(batch, _env, ctx) {
    for (const message of batch.messages) {
      const { customer, total } = message.body;
      const hog = posthog.forRequest(undefined, ctx, { distinctId: customer });
      hog.capture({ event: "order paid", properties: { total } });
      message.ack();
    }
  },
} satisfies ExportedHandler<Env, Order>;
