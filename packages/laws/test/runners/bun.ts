import { createRequire } from "node:module"
import { register, type Runner } from "../../src/register.ts"
import { twoLaws } from "./two-laws.ts"

// Only Bun has this module, and only its own types know it.
const runner: Runner = createRequire(import.meta.url)("bun:test")
register(runner, twoLaws)
