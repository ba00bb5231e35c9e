import { statSync } from "node:fs"
import { release } from "node:os"
import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"

/** The part of the global `Bun` that is used. */
interface BunHash {
  readonly CryptoHasher: new (algorithm: "sha256") => {
    readonly update: (text: string) => { readonly digest: (encoding: "hex") => string }
  }
}

/**
 * A name for everything that a compiled filter depends on, the compiler included: it is part of the executable, and the
 * executable is named by its place and time. Undefined when gantry runs from sources, where a change of the compiler
 * would go unnoticed.
 */
export const keyOf = ({ capabilities, seccomp }: ProcessSpec): string | undefined => {
  const bun = (globalThis as unknown as { readonly Bun?: BunHash }).Bun
  if (bun === undefined || !import.meta.url.includes("/$bunfs/")) return undefined
  const { dev, ino, mtimeMs, size } = statSync("/proc/self/exe")
  const facts = JSON.stringify([dev, ino, mtimeMs, size, release(), capabilities, seccomp])
  return new bun.CryptoHasher("sha256").update(facts).digest("hex")
}
