// Random words of every platform for property tests: any value that the model lets through, and hostile text.
import fc from "fast-check";
import {
  type OvsBond,
  type OvsBridge,
  type OvsPort,
  type OvsWords,
  toBondConfig,
} from "../providers/platforms/kvm/openvswitch/words.js";

/** Names as the model allows them. */
export const name = fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{0,9}$/);

/** Text that tries to be more than text, in any of the target languages. */
export const hostile = fc
  .oneof(
    fc.constantFrom(
      "$(touch PWNED)",
      "`touch PWNED`",
      "'; touch PWNED; '",
      '"; touch PWNED; "',
      "a\ntouch PWNED\n",
      "\\'; touch PWNED #",
      "-- del-br vs0",
      "'; New-Item PWNED #",
      // PowerShell takes these for the plain quote.
      "\u2019; New-Item PWNED #",
      "\u201b",
      "\u201d; New-Item PWNED #",
      "$(New-Item PWNED)",
      "\n'@\nNew-Item PWNED\n",
      "`n",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: hostile text for a shell.
      "${IFS}",
      "a b",
      "*",
      "~",
      "",
      "- x: y",
      "{a: b}",
      "# c",
      "!!python/object:x",
      "yes",
      "1e3",
      "0x10",
      "'",
      '"',
      "\\",
      "%s",
    ),
    fc.string({ unit: "binary" }).filter((text) => !text.includes("\0")),
    fc.string(),
  )
  .filter((text) => !text.includes("\0"));

const bond: fc.Arbitrary<OvsBond> = fc.record({
  bond_mode: fc.constantFrom("active-backup", "balance-slb", "balance-tcp"),
  lacp: fc.constantFrom("off", "active", "passive"),
  "lacp-time": fc.constantFrom("slow", "fast", null),
  "lacp-fallback-ab": fc.constantFrom("true", "false", null),
  "bond-primary": fc.option(name),
  "bond-detect-mode": fc.constantFrom("miimon", null),
  "bond-miimon-interval": fc.constantFrom("100", null),
  "bond-rebalance-interval": fc.constantFrom("0", "10000", null),
  bond_updelay: fc.nat(600_000),
  bond_downdelay: fc.nat(600_000),
});

function port(text: fc.Arbitrary<string>): fc.Arbitrary<OvsPort> {
  return fc.record({
    interfaces: fc.uniqueArray(text, { minLength: 1, maxLength: 3 }).map((names) => [...names].sort()),
    vlan_mode: fc.constantFrom("access", "trunk", "native-untagged"),
    tag: fc.option(fc.integer({ min: 0, max: 4095 })),
    trunks: fc.constantFrom("", "10", "10,20-30"),
    mtu_request: fc.option(fc.integer({ min: 576, max: 9216 })),
    type: fc.constantFrom("", "internal"),
    bond: fc.option(bond),
  });
}

/** OVS words in their normal form: a bond has two members or more, a single port is its own interface, bonds come first. */
export const ovsWords: fc.Arbitrary<OvsWords> = fc
  .record({ bridges: fc.dictionary(name, fc.dictionary(name, port(name), { maxKeys: 4 }), { maxKeys: 3 }) })
  .map(({ bridges }) => {
    let serial = 0;
    const unique = (text: string) => `${text.slice(0, 6)}${serial++}`;
    const placed = Object.entries(bridges)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([bridge, ports]): [string, OvsBridge] => {
        const named = Object.entries(ports).map(([portName, value]): [string, OvsPort] => {
          const own = unique(portName);
          const members = value.interfaces.map(unique).sort();
          return members.length > 1
            ? [
                own,
                {
                  ...value,
                  interfaces: members,
                  type: "",
                  bond: value.bond ?? {
                    bond_mode: "active-backup",
                    lacp: "off",
                    bond_updelay: 0,
                    bond_downdelay: 0,
                    ...toBondConfig(() => undefined),
                  },
                },
              ]
            : [own, { ...value, interfaces: [own], bond: null }];
        });
        const sorted = named.sort(([a], [b]) => (a < b ? -1 : 1));
        return [
          bridge,
          {
            datapath_type: "netdev",
            fail_mode: "standalone",
            ports: Object.fromEntries([...sorted.filter(([, p]) => p.bond), ...sorted.filter(([, p]) => !p.bond)]),
          },
        ];
      });
    return { bridges: Object.fromEntries(placed) };
  });

const BRIDGES = ["br0", "br1", "br2"];
const NICS = ["e0", "e1", "e2", "e3", "e4", "e5"];

/** OVS words of so few names that any two have most of them in common, at other places: what one change can exchange. */
export const crowdedOvsWords: fc.Arbitrary<OvsWords> = fc
  .record({
    bonds: fc.array(fc.record({ bridge: fc.constantFrom(...BRIDGES, null), bond }), { minLength: 3, maxLength: 3 }),
    nics: fc.array(fc.constantFrom(0, 1, 2, null), { minLength: NICS.length, maxLength: NICS.length }),
    ports: fc.array(
      fc.record({
        bridge: fc.constantFrom(...BRIDGES, null),
        tag: fc.constantFrom(10, 20),
        type: fc.constantFrom("", "internal"),
      }),
      { minLength: 3, maxLength: 3 },
    ),
    empty: fc.constantFrom(...BRIDGES, null),
  })
  .map(({ bonds, nics, ports, empty }) => {
    const bridges: Record<string, Record<string, OvsPort>> = empty === null ? {} : { [empty]: {} };
    const put = (bridge: string | null, portName: string, value: OvsPort) => {
      if (bridge !== null) bridges[bridge] = { ...bridges[bridge], [portName]: value };
    };
    const plain = { vlan_mode: "trunk", tag: null, trunks: "10", mtu_request: 1500, type: "" };
    for (const [index, { bridge, bond: settings }] of bonds.entries()) {
      const members = NICS.filter((_, nic) => nics[nic] === index);
      const [only] = members;
      if (members.length > 1) put(bridge, `bond${index}`, { ...plain, interfaces: members, bond: settings });
      else if (only !== undefined) put(bridge, only, { ...plain, interfaces: [only], bond: null });
    }
    for (const [index, { bridge, ...settings }] of ports.entries())
      put(bridge, `vm${index}`, {
        ...plain,
        vlan_mode: "access",
        ...settings,
        trunks: "",
        interfaces: [`vm${index}`],
        bond: null,
      });
    const placed = Object.entries(bridges).map(([bridge, own]): [string, OvsBridge] => [
      bridge,
      { datapath_type: "netdev", fail_mode: "standalone", ports: own },
    ]);
    return { bridges: Object.fromEntries(placed) };
  });

/** A heading in which the environment is hostile. */
export const hostileHeading = fc.record({ machine: name, environment: hostile });

/** OVS words in which every text is hostile. */
export const hostileOvsWords: fc.Arbitrary<OvsWords> = fc.record({
  bridges: fc.dictionary(
    hostile,
    fc.record({
      datapath_type: hostile,
      fail_mode: hostile,
      ports: fc.dictionary(hostile, port(hostile), { maxKeys: 2 }),
    }),
    { maxKeys: 2 },
  ),
});
