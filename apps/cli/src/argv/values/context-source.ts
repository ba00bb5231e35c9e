import { resolve } from "node:path"
import { remoteKind, withoutPassword } from "@gantry/build/graph/remote-source"
import { contextName } from "@gantry/build/graph/NamedContext"
import type { ContextSource, NamedSource } from "@gantry/engine/contexts/ContextSource"
import { parseGitAddress } from "@gantry/engine/contexts/git-address"
import * as Either from "effect/Either"
import { lookAt } from "../../look-at.ts"
import { bad, good, type Result } from "../Result.ts"

/**
 * Reads where the files of a build come from: a directory, the address of a git repository or of an archive. A directory
 * that is there wins, whatever its name looks like. A repository of this machine is `file://…`.
 */
export const parseContextSource = (text: string, cwd: string): Result<ContextSource> => {
  const path = resolve(cwd, text)
  const { stat, why: refusal } = lookAt(path)
  if (stat?.isDirectory() === true) return good({ of: "folder", path })
  const kind = /^file:\/\//i.test(text) ? "repository" : remoteKind(text)
  if (kind === "download") {
    if (!URL.canParse(text)) return bad(`${withoutPassword(text)} is no address`)
    return good({ of: "download", url: new URL(text) })
  }
  if (kind === "repository") {
    return Either.match(parseGitAddress(text), {
      onLeft: (why) => bad(`${withoutPassword(text)}: ${why}`),
      onRight: (address) => good({ of: "repository", address })
    })
  }
  if (refusal !== undefined) return bad(`path ${JSON.stringify(text)} cannot be used: ${refusal}`)
  return bad(stat === undefined ? `path ${JSON.stringify(text)} not found` : `${text} is not a directory`)
}

/** Reads `--build-context`: `name=` and a directory, an address, `docker-image://NAME` or `oci-layout://PATH[:TAG][@DIGEST]`. */
export const parseNamedContext = (text: string, cwd: string): Result<readonly [name: string, source: NamedSource]> => {
  const equals = text.indexOf("=")
  const name = text.slice(0, Math.max(0, equals))
  const value = text.slice(equals + 1)
  if (name === "" || value === "") return bad("it is written NAME=VALUE")
  const image = /^docker-image:\/\/(.+)$/.exec(value)?.[1]
  if (image !== undefined) return good([contextName(name), { of: "image", reference: image }])
  const layout = /^oci-layout:\/\/(.+)$/.exec(value)?.[1]
  // Absolute, so that nobody takes it for another directory's.
  if (layout !== undefined) return good([contextName(name), { of: "image", reference: `oci:${resolve(cwd, layout)}` }])
  if (value.startsWith("target:")) return bad("target: is for bake files")
  const source = parseContextSource(value, cwd)
  return source.ok ? good([contextName(name), source.value]) : source
}
