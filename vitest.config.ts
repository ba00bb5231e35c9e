import { availableParallelism } from "node:os"
import { configDefaults, defineConfig } from "vitest/config"

// Tests say which modes their files have. The processes that run them inherit this; umask 077 or 002 is no fault of theirs.
process.umask(0o022)

const conditions = ["gantry-source", "module", "node", "import"]

/** Tests read the sources of workspace packages, never their builds; the end-to-end tests start the built program. */
export default defineConfig({
  ssr: { resolve: { conditions } },
  resolve: { conditions },
  test: {
    // Of two processors vitest would leave one to itself, and has no use for it. More than a few engines at once would
    // have end-to-end tests wait for each other.
    maxWorkers: Math.min(4, Math.max(2, availableParallelism() - 1)),
    minWorkers: 1,
    // Said here and not of a project: only then does a process serve for many files.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{packages,plugins,apps}/*/test/**/*.test.ts", "scripts/test/**/*.test.ts", "examples/*/*.test.ts"],
          exclude: [
            ...configDefaults.exclude,
            "apps/cli/test/e2e/**",
            "apps/cli/test/dockerfiles/**",
            "apps/cli/test/real-world/**",
            "apps/cli/test/docker-lines/**"
          ],
          // For what never ends: how long the rest takes is a matter of the machine and of what else runs on it.
          testTimeout: 300_000,
          hookTimeout: 300_000
        }
      },
      {
        extends: true,
        test: {
          name: "e2e",
          isolate: true,
          include: ["apps/cli/test/e2e/**/*.test.ts"],
          pool: "forks",
          testTimeout: 120_000,
          hookTimeout: 120_000
        }
      },
      // For machines that have docker and buildah: minutes, and not part of the gate.
      {
        extends: true,
        test: {
          name: "peers",
          isolate: true,
          include: ["apps/cli/test/{docker-lines,dockerfiles}/peers.test.ts"],
          pool: "forks",
          poolOptions: { forks: { singleFork: true } },
          testTimeout: 600_000,
          hookTimeout: 120_000
        }
      },
      // For machines that have a mirror of Debian: minutes as well.
      {
        extends: true,
        test: {
          name: "debian",
          isolate: true,
          include: ["apps/cli/test/real-world/*.test.ts"],
          pool: "forks",
          poolOptions: { forks: { singleFork: true } },
          testTimeout: 1_200_000,
          hookTimeout: 120_000
        }
      }
    ]
  }
})
