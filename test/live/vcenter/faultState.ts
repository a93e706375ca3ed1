// What Pulumi's engine keeps of one of our resources between runs, so that thousands of runs need no engine: after each
// create, update or delete the state that Pulumi would have then. The provider's own methods run for real.
import type * as pulumi from "@pulumi/pulumi";

type Properties = Record<string, unknown>;
/** The methods of VcenterProvider, of whatever driver. */
export interface Methods {
  create(news: Properties): Promise<pulumi.dynamic.CreateResult>;
  update(id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.UpdateResult>;
  delete(id: string, props: Properties): Promise<void>;
  read(id: string, props: Properties): Promise<pulumi.dynamic.ReadResult>;
  diff(id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.DiffResult>;
}

export class FaultState {
  private kept: { readonly id: string; readonly props: Properties } | undefined;

  constructor(private readonly provider: Methods) {}

  /** Whether the resource stands in the state: what was made and is not in there is nobody's. */
  get isKept(): boolean {
    return this.kept !== undefined;
  }

  /** One `pulumi up`, with undefined one `pulumi destroy`. The error that the user would see, if any. */
  async up(
    news: Properties | undefined,
    at: { readonly isForgotten?: () => boolean } = {},
  ): Promise<Error | undefined> {
    try {
      const after = await this.step(news);
      if (!at.isForgotten?.()) this.kept = after;
      return undefined;
    } catch (error) {
      const { id, properties } = error as { id?: string; properties?: Properties };
      if (!at.isForgotten?.() && id !== undefined && properties) this.kept = { id, props: properties };
      return error as Error;
    }
  }

  private async step(news: Properties | undefined): Promise<{ id: string; props: Properties } | undefined> {
    const { kept } = this;
    if (news === undefined) {
      if (kept) await this.provider.delete(kept.id, kept.props);
      return undefined;
    }
    if (!kept) {
      const { id, outs } = await this.provider.create(news);
      return { id, props: { ...outs, ...news } };
    }
    const { changes } = await this.provider.diff(kept.id, kept.props, news);
    if (!changes) return kept;
    const { outs } = await this.provider.update(kept.id, kept.props, news);
    return { id: kept.id, props: { ...outs, ...news } };
  }

  /** Applies once more what is wanted already, whatever the state says. */
  async again(news: Properties): Promise<void> {
    if (this.kept) await this.provider.update(this.kept.id, this.kept.props, news);
  }

  /** What `pulumi refresh` would find. */
  async refreshed(): Promise<unknown> {
    const result: pulumi.dynamic.ReadResult | undefined =
      this.kept && (await this.provider.read(this.kept.id, this.kept.props));
    return result?.props?.configuration;
  }
}
