import { defineConfig } from "vitest/config";

// What a test that failed says in CI has no difference beside it: the values themselves are all that is seen there.
const chaiConfig = { truncateThreshold: 2000 };

// unit: pure code and loopback only, some minutes. simulated: the real engine with simulated vCenters and Windows hosts, which know
// nothing of each other. live: the namespaces lab, and the checkout as a whole. emulated: the emulated host. The last two take one file at a time, and
// stand in no hurry. measured: what measures times or counts what is lost, and so has the machine for itself.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          chaiConfig,
          include: ["test/**/*.test.ts"],
          exclude: ["test/live/**"],
          // Far above what the longest takes beside others: only one that hangs meets it.
          testTimeout: 60_000,
          // The default leaves one processor free, which on a machine with two is half of it.
          maxWorkers: "100%",
        },
      },
      {
        test: {
          name: "simulated",
          chaiConfig,
          include: ["test/live/vcenter/**/*.test.ts", "test/live/windows/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          maxWorkers: "100%",
        },
      },
      {
        test: {
          name: "emulated",
          chaiConfig,
          include: ["test/live/emulated/*.test.ts"],
          testTimeout: 300_000,
          // The first one builds the image and boots it, beside other tests.
          hookTimeout: 1_200_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "live",
          chaiConfig,
          include: ["test/live/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "measured",
          chaiConfig,
          include: ["test/live/measured/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
