// Missing packages on a real Debian host: named with the command that installs them, and installed by the host's own apt where the file
// says so, from an archive in a folder of the host. I/O.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { QemuHost } from "../../../lab/qemu/qemuHost";
import { startApply } from "../applyRun.js";
import { whyNotEmulated } from "../emulated.js";

const reasons = whyNotEmulated("packages of the emulated host");

const environment = (missingPackages = "") => `environment: t
networks: { app: { vlan: 10 } }
hosts:
  lab:
    platform: kvm
    ${missingPackages}
    uplinks: { enp1s0: , enp2s0: }
    virtualSwitches: { vs0: { uplinkTeam: { members: [enp1s0, enp2s0] }, portGroups: [app] } }
`;

/** The installed package packed again as the one package of an archive, which is then all that apt knows; and the package removed. */
const TAKE_AWAY = `mkdir -p /srv/multiport
cd /srv/multiport
mkdir -p pack/DEBIAN archive
dpkg -L openvswitch-switch | while read -r file; do [ -d "$file" ] || [ ! -e "$file" ] || echo "$file"; done >files
tar -cf - -T files 2>/dev/null | tar -xf - -C pack
dpkg-query -s openvswitch-switch | sed -e '/^Status:/d' -e '/^Conffiles:/,/^[A-Z]/{/^Conffiles:/d;/^ /d}' >pack/DEBIAN/control
for script in preinst postinst prerm postrm conffiles; do
  info=/var/lib/dpkg/info/openvswitch-switch.$script
  [ ! -e "$info" ] || cp -p "$info" "pack/DEBIAN/$script"
done
dpkg-deb -Znone --build pack archive/ovs.deb
{ sed '/^$/d' pack/DEBIAN/control
  printf 'Filename: ./ovs.deb\\nSize: %s\\nSHA256: %s\\n' "$(stat -c %s archive/ovs.deb)" "$(sha256sum archive/ovs.deb | cut -d ' ' -f 1)"
} >archive/Packages
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/srv/multiport/archive ./' >/etc/apt/sources.list
dpkg --remove --force-depends openvswitch-switch`;

describe.skipIf(reasons.length > 0)("a host without Open vSwitch", { timeout: 300_000 }, () => {
  let scratch: string;
  let host: QemuHost;
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "multiport-packages-"));
    host = await QemuHost.start({
      directory: join(scratch, "lab"),
      id: "packages",
      report: (line) => console.log(line),
    });
    await host.runOrThrow(TAKE_AWAY, { timeoutSeconds: 120 });
  }, 1_200_000);
  afterAll(async () => {
    await host?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const up = (missingPackages?: string) => startApply(environment(missingPackages), host.sshConfig).outcome;

  it("is told what to install, and not touched", async () => {
    const outcome = await up();
    expect(outcome?.message).toMatch(
      /nothing was changed, because ovs-vsctl is not installed\. Install it \(apt-get install openvswitch-switch\), or set missingPackages: install\.$/,
    );
    expect((await host.run("command -v ovs-vsctl || ls /var/lib/multiport")).code).not.toBe(0);
  });

  it("gets the package where the file says so, and then its switch", async () => {
    const outcome = await up("missingPackages: install");
    expect(outcome?.message ?? "").toBe("");
    expect(outcome?.notes?.[0]).toBe("installed openvswitch-switch");
    expect(await host.runOrThrow("dpkg-query -s openvswitch-switch | grep ^Status; ovs-vsctl list-br")).toBe(
      "Status: install ok installed\nvs0",
    );
    expect((await up("missingPackages: install"))?.changes).toEqual([]);
  });
});
