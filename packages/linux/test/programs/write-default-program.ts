/** Writes src/seccomp/default-program-bytes.ts. Run it after a change of the default profile or of the compiler. */
import { writeFileSync } from "node:fs"
import { defaultCapabilities } from "../../src/capabilities.ts"
import { compile } from "../../src/seccomp/compile.ts"
import { defaultProfile } from "../../src/seccomp/default-profile.ts"

const base64 = (arch: "x64" | "arm64") => {
  const text = Buffer.from(
    compile(defaultProfile, { arch, capabilities: defaultCapabilities, kernel: "4.8" })
  ).toString("base64")
  return `  ${arch}:\n${(text.match(/.{1,110}/g) ?? []).map((line) => `    "${line}"`).join(" +\n")}`
}

writeFileSync(
  new URL("../../src/seccomp/default-program-bytes.ts", import.meta.url),
  `import type { FilterTarget } from "./profile.ts"

/** The default profile, compiled for the default capabilities on Linux 4.8 or newer. Written by a program. */
export const defaultProgramBytes = {
${base64("x64")},
${base64("arm64")}
} as const satisfies Record<FilterTarget["arch"], string>
`
)
