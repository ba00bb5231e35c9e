import { Registry } from "@gantry/core/registry/Registry"
import * as Effect from "effect/Effect"
import { registryTags as table } from "../argv/tables/registry.ts"
import { define } from "./define.ts"
import { placeNamed } from "./place-named.ts"
import { withTrust } from "./registry-trust.ts"

/** `gantry registry tags`: one on each line, sorted by code unit. */
export default define(table, ({ given, operands: [name = ""], options }, { terminal }) =>
  Effect.gen(function* () {
    const { registry, repository } = yield* placeNamed(name, terminal.cwd)
    const tags = yield* (yield* Registry).tags({ registry, repository })
    terminal.out(tags.map((tag) => `${tag}\n`).join(""))
    return 0
  }).pipe(withTrust(options, given, terminal.cwd))
)
