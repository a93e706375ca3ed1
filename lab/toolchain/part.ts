// One part of the toolchain, as it is reported. Pure.

/** A part that is ready for use. */
export interface Part {
  readonly name: string;
  readonly version: string;
  /** path: was installed on this machine; downloaded: its own publisher's; cache, built: made from pinned sources. */
  readonly origin: "path" | "downloaded" | "cache" | "built";
  /** What it took this time. */
  readonly seconds: number;
}
