// The contract of a renderer: a tool of the host that makes the kernel's network devices at boot. Pure: types only.
import type { Path } from "../../model/problem.js";
import type { Filled, TextSection } from "../layer.js";
import type { LinuxWords, RendererName } from "./words.js";

/** What the running machine takes for a change, beyond the new files. */
export interface Transition {
  readonly desired: LinuxWords;
  readonly actual: LinuxWords;
  /** Devices that have to leave first, uppermost first: those that are not wanted any more, and those that must be made anew. */
  readonly leaving: readonly string[];
}

/** What a tool of the machine can't write. */
export interface Unwritable {
  readonly device: string;
  /** Below the device, where the file has it. */
  readonly at?: Path;
  readonly message: string;
  /** What stands in the file, and what would be right. */
  readonly found?: string;
  readonly wanted?: string;
  readonly remedy: string;
}

export interface Renderer {
  readonly name: RendererName;
  /** Globs of its files that are ours by name. */
  readonly ownFiles: readonly string[];
  /** What of these words the tool can't write, each with what to do instead; `release` of the tool where it is known. */
  unsupported(words: LinuxWords): readonly Unwritable[];
  files(words: LinuxWords, heading: { readonly machine: string; readonly environment: string }): readonly TextSection[];
  /**
   * The tool's own check of the files below `$stage`; empty where it has none. A NIC may still have another name than in the words: by
   * `nameNow`, where it does.
   */
  check(words: LinuxWords, nameNow?: (nic: string) => string): readonly Filled[];
  /** Before the files are put in place: whatever of the old state would survive the new files. */
  before(transition: Transition): readonly Filled[];
  /** When the files are in place: the tool takes them, and what it is known not to take is done by hand. */
  after(transition: Transition): readonly Filled[];
}
