import type { PageCounts } from "../src/dev/page/shapes.ts";

/** One of the page's views. */
export interface View {
  /** Its part of the address, and of its elements' ids. */
  readonly name: string;
  /** Whether what changed is something that it shows. */
  concerns(counts: PageCounts, before: PageCounts | undefined): boolean;
  /** Asks the emulator, and shows what it says. */
  refresh(): Promise<void>;
}
