// vSphere's guest operations in one VM: a folder, files, programs, by VMware Tools in the guest. I/O through vCenter.
import { isRef, type Ref, type VimObject, type VimTree } from "../../model/vim.js";
import { CERTIFICATE_PROPERTIES, certificateOf } from "./esxiCertificate.js";
import { GuestFiles } from "./guestFiles.js";
import { VimFault } from "./soapFault.js";
import type { Thumbprint } from "./thumbprint.js";
import { listOf, nodeOf, textOf } from "./treeParts.js";
import type { Vcenter } from "./vcenter.js";
import { VcenterError } from "./vcenterError.js";

/** A VM, the ESXi host that it is on, and a user of the guest. */
export interface GuestLogin {
  readonly vm: Ref;
  readonly host: Ref;
  readonly user: string;
  readonly password: string;
}

/** What the guest tells of a program that was started; one that runs has no exit code. */
export interface GuestProcess {
  readonly exitCode?: number;
}

/** Of an uploaded file: its owner, the user, may read and write it. */
const OWNER_ALONE = 0o600;

export class GuestOperations {
  readonly #login: GuestLogin;

  private constructor(
    private readonly vcenter: Vcenter,
    private readonly managers: { readonly files: Ref; readonly processes: Ref },
    private readonly files: GuestFiles,
    login: GuestLogin,
  ) {
    this.#login = login;
  }

  static async open(vcenter: Vcenter, login: GuestLogin): Promise<GuestOperations> {
    const [manager] = await vcenter.retrieve({
      properties: { GuestOperationsManager: ["fileManager", "processManager"] },
      from: [vcenter.ref("guestOperationsManager")],
    });
    const { fileManager: files, processManager: processes } = manager?.properties ?? {};
    if (!isRef(files) || !isRef(processes))
      throw new VcenterError("answer", `${vcenter.label}: has no guest operations (${vcenter.about.fullName}).`);
    const transfer = new GuestFiles(vcenter, await certificateAt(vcenter, login.host));
    return new GuestOperations(vcenter, { files, processes }, transfer, login);
  }

  /** Makes a new folder that the user alone enters (open-vm-tools: mode 0700), and gives its path. */
  async createFolder(prefix: string): Promise<string> {
    const names = { prefix, suffix: "" };
    return textOf(await this.call(this.managers.files, "CreateTemporaryDirectoryInGuest", names)) ?? "";
  }

  async removeFolder(directoryPath: string): Promise<void> {
    await this.call(this.managers.files, "DeleteDirectoryInGuest", { directoryPath, recursive: true });
  }

  async upload(guestFilePath: string, content: Buffer): Promise<void> {
    const url = await this.call(this.managers.files, "InitiateFileTransferToGuest", {
      guestFilePath,
      fileAttributes: { $type: "GuestPosixFileAttributes", permissions: OWNER_ALONE },
      fileSize: content.length,
      overwrite: false,
    });
    await this.files.put(textOf(url) ?? "", content);
  }

  /** Undefined: it has more bytes than may be had. */
  async download(guestFilePath: string, most: number): Promise<Buffer | undefined> {
    const { size, url } = nodeOf(
      await this.call(this.managers.files, "InitiateFileTransferFromGuest", { guestFilePath }),
    );
    return Number(textOf(size)) > most ? undefined : this.files.get(textOf(url) ?? "", most);
  }

  /** The number of its process. The tools hand the arguments to a shell as they are, and may log them. */
  async start(programPath: string, programArguments: string): Promise<string> {
    const spec = { $type: "GuestProgramSpec", programPath, arguments: programArguments };
    return textOf(await this.call(this.managers.processes, "StartProgramInGuest", { spec })) ?? "";
  }

  /** Undefined: the guest knows it no more. The tools remember for five minutes how a program of theirs ended. */
  async process(pid: string): Promise<GuestProcess | undefined> {
    const found = await this.call(this.managers.processes, "ListProcessesInGuest", { pids: [pid] });
    const [first] = listOf(found).map(nodeOf);
    if (first === undefined) return undefined;
    const code = textOf(first.exitCode);
    return code === undefined || textOf(first.endTime) === undefined ? {} : { exitCode: Number(code) };
  }

  close(): void {
    this.files.close();
  }

  private call(object: Ref, method: string, rest: VimObject): Promise<VimTree | undefined> {
    const { vm, user: username, password } = this.#login;
    const auth = { $type: "NamePasswordAuthentication", interactiveSession: false, username, password };
    return this.vcenter.call({ object, method, arguments: { vm, auth, ...rest } });
  }
}

/** A user may be allowed to enter a VM and not to read its host: then the host's certificate has to verify by itself. */
async function certificateAt(vcenter: Vcenter, host: Ref): Promise<Thumbprint | undefined> {
  try {
    const [found] = await vcenter.retrieve({ properties: { HostSystem: CERTIFICATE_PROPERTIES }, from: [host] });
    return certificateOf(found?.properties ?? {});
  } catch (error) {
    if (error instanceof VimFault) return undefined;
    throw error;
  }
}
