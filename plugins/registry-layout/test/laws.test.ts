import { Registry, make } from "@gantry/core/registry/Registry"
import { register } from "@gantry/laws/register"
import { RegistryBench, registryLaws } from "@gantry/laws/registry-laws"
import { Effect, Layer } from "effect"
import * as vitest from "vitest"
import { makeDriver } from "../src/LayoutRegistry.ts"
import { tempFolder } from "./temp-folder.ts"

const bench = (kind: string, repository: string) =>
  Layer.merge(
    Layer.effect(Registry, Effect.map(makeDriver, make)),
    Layer.scoped(
      RegistryBench,
      Effect.map(tempFolder, (path) => ({ registry: `${kind}:${path}/place`, repository }))
    )
  )

for (const kind of ["oci", "oci-archive", "docker-archive"]) {
  register(vitest, {
    name: `${kind} keeps the registry laws under whole names`,
    laws: registryLaws,
    layer: bench(kind, "example.com/laws")
  })
}
for (const kind of ["oci", "oci-archive"]) {
  register(vitest, {
    name: `${kind} keeps the registry laws under tags alone`,
    laws: registryLaws,
    layer: bench(kind, "")
  })
}
