import * as runner from "node:test"
import { register } from "../../src/register.ts"
import { twoLaws } from "./two-laws.ts"

register(runner, twoLaws)
