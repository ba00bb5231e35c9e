import type { OptionTable } from "../Option.ts"

/** How far registries are trusted: rows for every command that talks to one. */
export const trustOptions = {
  tlsVerify: { kind: "flag", fallback: true, about: "Verify certificates of registries and refuse plain HTTP" },
  certDir: { kind: "text", value: "directory", about: "Directory with certificates of registries and keys for them" }
} as const satisfies OptionTable
