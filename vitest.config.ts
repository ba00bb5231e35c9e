import { defineConfig } from "vitest/config"

const conditions = ["gantry-source", "module", "node", "import"]

/** Tests read the sources of workspace packages, never their builds. */
export default defineConfig({
  ssr: { resolve: { conditions } },
  resolve: { conditions },
  test: { isolate: false, include: ["{packages,plugins,apps}/*/test/**/*.test.ts"] }
})
