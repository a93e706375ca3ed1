import { defineConfig } from "vitest/config";

// unit: pure code and loopback only, under a minute. live: the real engine, the simulated vCenter and the namespaces lab.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/live/**"],
          testTimeout: 20_000,
          // The default leaves one processor free, which on a machine with two is half of it.
          maxWorkers: "100%",
        },
      },
      {
        test: {
          name: "live",
          include: ["test/live/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
