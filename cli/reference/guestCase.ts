// One choice in a Linux guest, on top of what it adds to. Pure: types only.
import type { LinuxWords } from "../../providers/platforms/linux/words.js";

/** In the words of the environment file; a guest with neither port nor bond has the two members of the bond alone. */
export interface GuestChoice {
  readonly network?: object;
  readonly port?: object;
  readonly bond?: object;
}

export interface GuestCase {
  readonly topic: string;
  readonly title: string;
  readonly choice: GuestChoice;
  /** What the choice adds to; the cell is the difference. */
  readonly base: GuestChoice;
  /** What the kernel's words have and no file says yet. */
  readonly words?: (words: LinuxWords) => LinuxWords;
}
