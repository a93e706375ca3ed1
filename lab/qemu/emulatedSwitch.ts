// The switch that the host's cables end in: Open vSwitch with its user-space datapath. I/O.
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { type BondFacts, readBond } from "../netns/bondFacts";
import type { ExecuteOptions, Outcome } from "../netns/execute";
import { executeOn, runScriptOn, startOn } from "../netns/machine";
import type { ProcessRecord } from "../netns/processRecord";
import { configureSwitch } from "../netns/switchBridge";
import type { CoreInterface, PortChannel } from "../netns/topology";
import { switchName } from "./labFiles";

/** What a switch is to be. Ports that are not named here carry nothing. */
export interface SwitchSetUp {
  readonly portChannels?: readonly PortChannel[];
  readonly ports?: readonly SwitchPort[];
  readonly core?: readonly CoreInterface[];
}

/** A port by itself: untagged frames belong to `native`, tagged ones to one of `trunks`. */
export interface SwitchPort {
  readonly name: string;
  readonly native?: number;
  readonly trunks?: readonly number[];
}

/** The running switch; its bridge is `sw0`. */
export class EmulatedSwitch {
  constructor(private readonly process: ProcessRecord) {}

  /** Makes the switch this and nothing else; what it was before is gone. */
  async setUp({ portChannels = [], ports = [], core = [] }: SwitchSetUp): Promise<void> {
    await this.vsctl("--if-exists", "del-br", "sw0");
    await configureSwitch({ kind: "switch", name: switchName, portChannels, core }, this.process);
    for (const port of ports) await this.vsctl("add-port", "sw0", port.name, "--", "set", "Port", ...columns(port));
  }

  /** `ovs-vsctl`, which has to succeed. */
  async vsctl(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(["ovs-vsctl", "--timeout=20", ...words]);
    if (code !== 0) throw new Error(`switch: ovs-vsctl ${words.join(" ")}: exit code ${code}\n${stderr.trim()}`);
    return stdout.trim();
  }

  /** Runs a program on the switch, in its network namespace; an exit code other than 0 is an outcome. */
  run(command: readonly string[], options?: ExecuteOptions): Promise<Outcome> {
    return executeOn(this.process, command, options);
  }

  /** Starts a program on the switch, such as one that pings for a while; it ends by itself. */
  start(command: readonly string[]): ChildProcessWithoutNullStreams {
    return startOn(this.process, command);
  }

  /** Runs a shell script on the switch that has to succeed. */
  runScript(script: string): Promise<string> {
    return runScriptOn(this.process, script);
  }

  /** A port channel as the switch sees it; undefined while there is none. */
  bond(name: string): Promise<BondFacts | undefined> {
    return readBond(this.process, name);
  }
}

function columns({ name, native, trunks = [] }: SwitchPort): readonly string[] {
  if (native === undefined) return [name, "vlan_mode=trunk", `trunks=${trunks.join(",")}`];
  if (trunks.length === 0) return [name, "vlan_mode=access", `tag=${native}`];
  return [name, "vlan_mode=native-untagged", `tag=${native}`, `trunks=${trunks.join(",")}`];
}
