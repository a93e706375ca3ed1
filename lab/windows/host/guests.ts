// The insides of VMs: for each that the scenario gives one a machine of its own, and PowerShell Direct into it (PD-01 to PD-04).
import { type ErrorRecord, type RemoteSession, TerminatingError } from "../contract";
import type { Host } from "./host";
import type { WindowsMachine } from "./machine";
import type { GuestScenario, Scenario } from "./scenario";
import type { VirtualMachine } from "./state";
import { matches } from "./wildcard";

interface Guest {
  readonly vm: VirtualMachine;
  readonly machine: WindowsMachine;
  readonly login: Pick<GuestScenario, "user" | "password">;
  /** When they were last compared, both of them. */
  isOn: boolean;
}

export class Guests {
  private readonly guests: Guest[] = [];

  constructor(
    private readonly host: Host,
    make: (scenario: Scenario) => WindowsMachine,
  ) {
    for (const { name, guest } of host.scenario.vms ?? []) {
      const vm = host.state.vms.find((one) => one.name === name);
      if (!guest || !vm) continue;
      const machine = make(guest.scenario);
      const isOn = vm.state === "Running";
      if (!isOn) machine.powerOff();
      this.guests.push({ vm, machine, login: guest, isOn });
    }
  }

  /** The inside of the VM of that name. */
  get(name: string): WindowsMachine {
    const found = this.guests.find(({ vm }) => vm.name === name);
    if (!found) throw new Error(`the scenario gives no inside to a VM "${name}"`);
    return found.machine;
  }

  /** A VM that is started or stopped starts or stops its inside, and the other way round. */
  follow(hostIsOn: boolean): void {
    for (const guest of this.guests) {
      const { vm, machine } = guest;
      const isWanted = hostIsOn && vm.state === "Running";
      if (isWanted !== guest.isOn) {
        if (isWanted) machine.powerOn();
        else machine.powerOff();
      } else if (machine.isOn !== guest.isOn) vm.state = machine.isOn ? "Running" : "Off";
      guest.isOn = machine.isOn;
    }
  }

  stop(): void {
    for (const { machine } of this.guests) machine.stop();
  }

  enter(name: string, { user, password }: Pick<GuestScenario, "user" | "password">): RemoteSession {
    this.follow(true);
    const found = this.host.state.vms.filter((vm) => matches(name, vm.name));
    const [vm] = found;
    if (!vm || found.length > 1)
      throw refused({
        message: `The input VMName ${name} does not resolve to a single virtual machine.`,
        category: "InvalidArgument",
        id: `InvalidVMNameNotSingle,${INVOKE}`,
        exception: "ArgumentException",
      });
    if (vm.state !== "Running") throw this.host.state.release === "2016" ? sessionBroken() : notRunning(vm);
    const guest = this.guests.find((one) => one.vm === vm);
    if (!guest) throw new Error(`the scenario gives no inside to the VM "${vm.name}"`);
    const { machine, login } = guest;
    const isUp = machine.isOn && machine.clock.now() >= machine.host.state.bootedAt;
    if (!isUp) throw this.host.quirks.guestNotReady === "broken" ? sessionBroken() : badCredential();
    if (user.toLowerCase() !== login.user.toLowerCase() || password !== login.password) throw badCredential();
    return machine.serve();
  }
}

const INVOKE = "Microsoft.PowerShell.Commands.InvokeCommandCommand";
const refused = (record: ErrorRecord) => new TerminatingError(record);

const notRunning = (vm: VirtualMachine) =>
  refused({
    message: `The virtual machine ${vm.name} is not in running state.`,
    category: "InvalidArgument",
    id: `InvalidVMState,${INVOKE}`,
    exception: "ArgumentException",
  });

const badCredential = () =>
  refused({
    message: "The credential is invalid.",
    category: "OpenError",
    id: "PSSessionStateBroken",
    exception: "PSDirectException",
  });

export const sessionBroken = () =>
  refused({
    message: "An error has occurred which Windows PowerShell cannot handle. A remote session might have ended.",
    category: "OpenError",
    id: "PSSessionStateBroken",
    exception: "PSDirectException",
  });
