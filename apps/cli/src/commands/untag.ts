import { untag } from "@gantry/engine/verbs/untag"
import * as Effect from "effect/Effect"
import { untag as table } from "../argv/tables/commit.ts"
import { define } from "./define.ts"

/** `gantry untag`. */
export default define(table, ({ operands: [name = "", ...names] }) => Effect.as(untag(name, names), 0))
