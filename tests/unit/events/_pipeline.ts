import { Pipeline, type PipelineHost } from "../../../src/events/pipeline.ts";
import { createRecordingReporter } from "./_reporter.ts";

/** What differs from a client that is open, has no hooks and says what it is. */
export interface HostParts extends Partial<Omit<PipelineHost, "options">> {
  readonly options?: Partial<PipelineHost["options"]>;
}

/** The pipeline of a client that has these parts. */
export function createPipeline({ options, ...parts }: HostParts): Pipeline {
  return new Pipeline({
    clock: { now: () => 5, sleep: () => Promise.resolve() },
    createUuid: () => "01900000-0000-7000-8000-000000000001",
    reporter: createRecordingReporter().reporter,
    checkOpen: () => true,
    beforeSend: [],
    superProperties: {},
    eventOptions: {},
    options: {
      captureMode: "v0",
      isServer: true,
      disableGeoip: undefined,
      maxEventBytes: 100_000,
      maxQueueBytes: 100_000,
      ...options,
    },
    ...parts,
  });
}
