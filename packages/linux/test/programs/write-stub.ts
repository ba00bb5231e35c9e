/** Writes src/container/stub/stub-bytes.ts. Run it after a change of the stub's program or of the assembler. */
import { writeFileSync } from "node:fs"
import { assembledStub } from "../../src/container/stub/assemble-stub.ts"

const base64 = (machine: "arm64" | "x64") => {
  const text = Buffer.from(assembledStub(machine)).toString("base64")
  return `  ${machine}:\n${(text.match(/.{1,110}/g) ?? []).map((line) => `    "${line}"`).join(" +\n")}`
}

writeFileSync(
  new URL("../../src/container/stub/stub-bytes.ts", import.meta.url),
  `import type { Machine } from "../machine-code/Code.ts"

/** The stub's file as base64: putting it together takes milliseconds of each start. Written by a program. */
export const stubBytes = {
${base64("x64")},
${base64("arm64")}
} as const satisfies Record<Machine, string>
`
)
