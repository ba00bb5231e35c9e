import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { ociConfig } from "../config/oci-config.ts"
import type { OciConfig } from "../config/OciConfig.ts"
import type { gatherFacts } from "./facts.ts"
import { foundWithoutPath } from "./inside.ts"

/** The config of a container with these facts, in this control group. Throws as `ociConfig` and `foundWithoutPath`. */
export const configOf = (
  spec: ContainerSpec,
  group: string,
  { view, ...facts }: ReturnType<typeof gatherFacts>
): OciConfig =>
  ociConfig(
    { ...spec, process: foundWithoutPath(view, spec.process) },
    { ...facts, group: facts.user === undefined ? group : undefined }
  )
