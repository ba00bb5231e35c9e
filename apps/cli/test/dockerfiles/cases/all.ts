import type { Case } from "../Case.ts"
import { addCases } from "./add.ts"
import { copyCases } from "./copy.ts"
import { fromCases } from "./from.ts"
import { runCases } from "./run.ts"
import { settingCases } from "./settings.ts"

/** Every Dockerfile that is compared with what others make of it. */
export const cases: ReadonlyArray<Case> = [...fromCases, ...copyCases, ...addCases, ...runCases, ...settingCases]
