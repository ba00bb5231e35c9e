import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { inRepository } from "../repository.ts"
import type { Finding } from "./Finding.ts"
import { mask } from "./mask.ts"
import { homes } from "./sources.ts"

/** What Effect's own error class contributes to the class of every error made from it. */
const ofDataError = "new <A extends Record<string, any> = {}>"

/** Reads the declarations that a build left; says when there are none. */
export const checkDeclarations = (): ReadonlyArray<Finding> => {
  const libraries = homes.filter((home) => !home.startsWith("apps/"))
  return libraries.flatMap((home): ReadonlyArray<Finding> => {
    const folder = join(home, "dist")
    const names = existsSync(inRepository(folder))
      ? readdirSync(inRepository(folder), { recursive: true, encoding: "utf8" }).filter((name) =>
          name.endsWith(".d.ts")
        )
      : []
    if (names.length === 0) {
      const what = "no declarations to look for inferred any in: run npm run build first"
      return [{ rule: "any", path: folder, line: 1, what, warning: true }]
    }
    return names.flatMap((name) =>
      mask(readFileSync(inRepository(folder, name), "utf8"))
        .split("\n")
        .flatMap((line, index) =>
          /(?<![\w.$])any(?![\w$:?(])/.test(line.replaceAll(ofDataError, ""))
            ? [
                {
                  rule: "any",
                  path: join(folder, name),
                  line: index + 1,
                  what: `an exported type contains any: ${line.trim().slice(0, 120)}`
                }
              ]
            : []
        )
    )
  })
}
