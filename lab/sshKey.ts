// Keys for SSH servers of the lab and for those who log in there. Pure but for chance.
import { utils } from "ssh2";

export interface SshKey {
  /** In OpenSSH's format. */
  readonly private: string;
  /** `ssh-ed25519 AAAA..` */
  readonly public: string;
}

/** ssh2 writes one key in some hundred so that it cannot read it itself: such a one is made again. */
export function generateKey(): SshKey {
  for (;;) {
    const pair = utils.generateKeyPairSync("ed25519");
    if (!(utils.parseKey(pair.private) instanceof Error)) return { private: pair.private, public: pair.public.trim() };
  }
}
