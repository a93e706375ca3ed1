// Keys of the lab: what they are for has to read them.
import { utils } from "ssh2";
import { describe, expect, it } from "vitest";
import { generateKey } from "../../lab/sshKey.js";

describe("keys of the lab", () => {
  it("are such as ssh2 reads, each of them", () => {
    // Of ssh2's own, one in some 350 is not.
    const unreadable = Array.from({ length: 2000 }, generateKey).flatMap(({ private: own, public: told }) =>
      [own, told].filter((text) => utils.parseKey(text) instanceof Error),
    );
    expect(unreadable).toEqual([]);
  });
});
