// Whether an emulated kernel hangs, by its serial console.
import { expect, it } from "vitest";
import { hangWatch } from "../../lab/qemu/boot";

it("tells a hang once, and none that was there before", () => {
  const hang = "[   23.6] rcu: rcu_preempt kthread timer wakeup didn't happen for 5251 jiffies!\n";
  const hangsAnew = hangWatch();
  const readings = [hang, hang, `${hang}booting\n`, `${hang}booting\n${hang}`, `${hang}booting\n${hang}`];
  expect(readings.map(hangsAnew)).toEqual([false, false, false, true, false]);
});
