import type { ServiceFile } from "../Project.ts"
import { anyText, type At, defined, fullText, list, open, say, text } from "../read/At.ts"
import { rights } from "../read/measures.ts"
import { refer, type Scope } from "../read/Scope.ts"

/** The secrets or configs of a service, in their long form. */
export const serviceFiles = (at: At, kind: "config" | "secret", scope: Scope): ReadonlyArray<ServiceFile> | undefined =>
  list((each): ServiceFile | undefined => {
    const fields = open(each, ["source", "target", "uid", "gid", "mode"])
    const sourceAt = fields.get("source")
    const source = fields.read("source", fullText)
    if (sourceAt === undefined && each.tree.kind === "table") say(each, "it has no source")
    if (source === undefined || sourceAt === undefined) return undefined
    refer(sourceAt, kind, source, scope)
    return defined({
      source,
      target: fields.read("target", text),
      uid: fields.read("uid", anyText),
      gid: fields.read("gid", anyText),
      mode: fields.read("mode", rights)
    })
  })(at)
