#!/usr/bin/env node
/**
 * The first file that runs. It looks at its arguments before it loads anything, so that the tiny processes and
 * `--version` stay small and quick.
 */
import { isTooOld, tooOldWords } from "./node-version.ts"
import { runtimeSettings } from "./runtime-settings.ts"

const word = process.argv[2]

switch (word) {
  case "__hold": {
    const { hostAction, performOnHost } = await import("@gantry/plugin-network-bridge/user-host")
    const { hold } = await import("./rootless/hold.ts")
    await hold(process.argv.slice(3), { [hostAction]: performOnHost })
    break
  }
  case "__init":
    await (await import("@gantry/plugin-runtime-namespace/init/main")).main()
    break
  case "__oci":
    ;(await import("@gantry/plugin-runtime-oci/run/main")).main()
    break
  case "__oci_join":
    ;(await import("@gantry/plugin-runtime-oci/run/main")).mainJoin()
    break
  case "__oci_config":
    ;(await import("@gantry/plugin-runtime-oci/run/print")).main()
    break
  case "__pack":
    await (await import("@gantry/plugin-store-fs/pack/main")).main()
    break
  case "__unpack":
    await (await import("@gantry/plugin-store-fs/unpack/main")).main()
    break
  case "__supervise":
    await (
      await import("@gantry/engine/supervisor/main")
    ).main(
      process.argv.slice(3),
      async () => (await import("@gantry/plugin-runtime-namespace/init/sequences")).sequences
    )
    break
  default:
    // They are for this process alone: neither for programs that it starts nor for containers that get its variables.
    for (const name of Object.keys(runtimeSettings)) delete process.env[name]
    if (isTooOld(process.versions)) {
      process.stderr.write(tooOldWords(process.versions))
      process.exit(125)
    }
    await (await import("./main.ts")).main(process.argv.slice(2))
}
