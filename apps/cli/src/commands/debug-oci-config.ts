import { spawnSync } from "node:child_process"
import { connect } from "@gantry/engine/containers/connect"
import { groupFor } from "@gantry/engine/containers/containers-group"
import { Containers } from "@gantry/engine/containers/Containers"
import { hostNames } from "@gantry/engine/containers/host-names"
import { withoutValues } from "@gantry/engine/containers/secret-values"
import * as Effect from "effect/Effect"
import { debugOciConfig as table } from "../argv/tables/debug.ts"
import { define } from "./define.ts"
import { Usage } from "./Usage.ts"

/**
 * `gantry debug oci-config`: what an OCI runtime gets, or would get, to make a container; whichever runtime it has. A tiny
 * process makes it, in a mount namespace of its own, because users are looked up in the container's files.
 */
export default define(table, ({ operands: [name = ""] }, { settings, terminal }) =>
  Effect.gen(function* () {
    const record = yield* (yield* Containers).find(name)
    const connected = connect(record, record.attachments, yield* hostNames)
    const spec = withoutValues(connected, record.options.secrets)
    const request = {
      spec,
      group: groupFor(settings, spec),
      driver: { program: spec.runtime ?? "runc", state: "", bundles: `${settings.run}/oci/bundles` }
    }
    const argv = ["--mount", "--propagation=private", ...settings.self, "__oci_config"]
    const { error, status, stderr, stdout } = spawnSync("unshare", argv, {
      input: JSON.stringify(request),
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024
    })
    if (status !== 0) {
      return yield* new Usage({
        message: `the config of ${name} cannot be made: ${error?.message ?? stderr.trim()}`,
        hint: "mend what it complains about; `gantry inspect` shows what the container was asked to be",
        status: 1
      })
    }
    terminal.out(stdout)
    return 0
  })
)
