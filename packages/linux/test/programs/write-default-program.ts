/** Writes src/seccomp/default-program.ts. Run it after a change of the default profile or of the compiler. */
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
  new URL("../../src/seccomp/default-program.ts", import.meta.url),
  `import type { FilterTarget } from "./profile.ts"
import { kernelIsAtLeast } from "./kernel-version.ts"

/** The default profile, compiled for the default capabilities on Linux 4.8 or newer. Written by a program. */
const programs = {
${base64("x64")},
${base64("arm64")}
} as const satisfies Record<FilterTarget["arch"], string>

/** The capabilities that the default profile looks at. */
const relevant = new Set([
  "CAP_BPF",
  "CAP_DAC_READ_SEARCH",
  "CAP_PERFMON",
  "CAP_SYSLOG",
  "CAP_SYS_ADMIN",
  "CAP_SYS_BOOT",
  "CAP_SYS_CHROOT",
  "CAP_SYS_MODULE",
  "CAP_SYS_NICE",
  "CAP_SYS_PACCT",
  "CAP_SYS_PTRACE",
  "CAP_SYS_RAWIO",
  "CAP_SYS_TIME",
  "CAP_SYS_TTY_CONFIG"
])

/**
 * The compiled default profile where it was compiled ahead of time: for the default capabilities, or any others that
 * the profile treats alike. Undefined for other targets, for which \`compile\` gives the bytes.
 */
export const defaultProgram = ({ arch, capabilities, kernel }: FilterTarget): Uint8Array | undefined => {
  const [only, ...others] = capabilities.filter((name) => relevant.has(name))
  const alike = only === "CAP_SYS_CHROOT" && others.length === 0 && kernelIsAtLeast(kernel, "4.8")
  return alike ? Uint8Array.from(atob(programs[arch]), (character) => character.charCodeAt(0)) : undefined
}
`
)
