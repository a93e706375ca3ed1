// The one door to vCenter: calls, tasks and reads over one session. I/O.
import type { ObjectContent, PropertyQuery, Ref, VimCall, VimTree } from "../../model/vim.js";
import { isRef } from "../../model/vim.js";
import { retrieve } from "./retrieve.js";
import { Session } from "./session.js";
import { parseThumbprint } from "./thumbprint.js";
import { parseAddress } from "./vcenterAddress.js";

/** Which vCenter, and who asks. */
export interface VcenterTarget {
  /** Name, name:port or URL. */
  readonly server: string;
  readonly user: string;
  readonly password: string;
  /** SHA-256 or SHA-1 of the certificate; then that certificate is accepted and no other. */
  readonly thumbprint?: string;
}

/** An open door to one vCenter. */
export class Vcenter {
  private constructor(
    private readonly session: Session,
    /** vCenter's managers and folders by their names in ServiceContent: rootFolder, propertyCollector, .. */
    readonly content: Readonly<Record<string, Ref>>,
    readonly about: Readonly<Record<string, string>>,
  ) {}

  static async open({ server, user, password, thumbprint }: VcenterTarget): Promise<Vcenter> {
    const session = new Session({
      address: parseAddress(server),
      user,
      password,
      pinned: thumbprint === undefined ? undefined : parseThumbprint(thumbprint),
      connectTimeoutSeconds: 15,
      answerTimeoutSeconds: 60,
    });
    const content = (await session.send({
      object: { type: "ServiceInstance", value: "ServiceInstance" },
      method: "RetrieveServiceContent",
      arguments: {},
    })) as Record<string, VimTree>;
    const refs = Object.entries(content).filter((entry): entry is [string, Ref] => isRef(entry[1]));
    return new Vcenter(session, Object.fromEntries(refs), content.about as Record<string, string>);
  }

  get label(): string {
    return this.session.label;
  }

  /** Requests that were sent so far. */
  get roundTrips(): number {
    return this.session.roundTrips;
  }

  call(call: VimCall): Promise<VimTree | undefined> {
    return this.session.use(() => this.session.send(call));
  }

  retrieve(query: PropertyQuery): Promise<ObjectContent[]> {
    return this.session.use(() => retrieve(this.session, this.content.propertyCollector as Ref, query));
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

/** Opens the door: nothing is logged in before the first question. */
export function connectVcenter(target: VcenterTarget): Promise<Vcenter> {
  return Vcenter.open(target);
}
