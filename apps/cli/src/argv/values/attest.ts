import type { AttestWish, ProvenanceWish } from "@gantry/engine/attest/Attestation"
import { bad, good, type Result } from "../Result.ts"
import { fieldsOf, keyAndValue } from "./csv.ts"
import { yesOrNo } from "./words.ts"

/** What of one value of `--attest`, `--provenance` or `--sbom` is asked for; `off`: it is not to be. */
export type AttestationWish =
  | {
      readonly type: "provenance"
      readonly wish: ProvenanceWish | "off"
      /** Only where it is kept; elsewhere nobody misses it. */
      readonly inlineOnly?: boolean
    }
  | { readonly type: "sbom"; readonly wish: "on" | "off" }

/**
 * Reads one value of `--attest`: `type=provenance,mode=max` or `type=sbom`. Spec: Docker's documentation of attestations.
 */
export const parseAttest = (text: string): Result<AttestationWish> => {
  const fields = fieldsOf(text)
  if (!fields.ok) return fields
  const values = new Map<string, string>()
  for (const field of fields.value) {
    const [key, value] = keyAndValue(field)
    if (value === undefined) return bad(`"${field}" must be a key=value pair`)
    values.set(key.trim().toLowerCase(), value)
  }
  const type = values.get("type")
  if (type !== "provenance" && type !== "sbom") {
    return bad(
      type === undefined ? "type is required" : `there is no attestation of type "${type}": provenance or sbom`
    )
  }
  values.delete("type")
  const isOff = yesOrNo(values.get("disabled") ?? "false")
  values.delete("disabled")
  if (isOff === undefined) return bad("disabled is true or false")
  if (isOff) return good({ type, wish: "off" })
  return type === "provenance" ? provenanceOf(values) : sbomOf(values)
}

/** Reads a value of the shorthand of one type: `true`, `false`, or what `--attest` has behind the type. */
export const parseShorthand =
  (type: AttestationWish["type"]) =>
  (text: string): Result<AttestationWish> => {
    const isOn = yesOrNo(text)
    return parseAttest(`type=${type}${isOn === undefined ? `,${text}` : isOn ? "" : ",disabled=true"}`)
  }

const provenanceOf = (values: ReadonlyMap<string, string>): Result<AttestationWish> => {
  const {
    mode = "min",
    version = "v1",
    reproducible = "false",
    "inline-only": inline = "false",
    "builder-id": builderId = "",
    ...rest
  } = Object.fromEntries(values)
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) return bad(`provenance has no key "${unknown}"`)
  if (mode !== "min" && mode !== "max") return bad(`mode=${mode} is neither min nor max`)
  if (version !== "v1") return bad(`version=${version} of provenance is not written: v1`)
  const isReproducible = yesOrNo(reproducible)
  if (isReproducible === undefined) return bad("reproducible is true or false")
  const inlineOnly = yesOrNo(inline)
  if (inlineOnly === undefined) return bad("inline-only is true or false")
  return good({
    type: "provenance",
    wish: { mode, builderId, reproducible: isReproducible },
    ...(inlineOnly ? { inlineOnly } : {})
  })
}

const sbomOf = (values: ReadonlyMap<string, string>): Result<AttestationWish> => {
  const [key] = values.keys()
  if (key === "generator") {
    return bad("no image is run to look for packages: without generator, the databases of dpkg and apk are read")
  }
  return key === undefined ? good({ type: "sbom", wish: "on" }) : bad(`sbom has no key "${key}"`)
}

/** The last of several values for each type, which is the one that counts. */
const lastOf = (all: ReadonlyArray<AttestationWish>) => ({
  provenance: all.findLast((each) => each.type === "provenance"),
  sbom: all.findLast((each) => each.type === "sbom")
})

/** Whether somebody misses what is asked for where it is not kept. */
export const isMissed = (all: ReadonlyArray<AttestationWish>): boolean => {
  const { provenance, sbom } = lastOf(all)
  return (
    sbom?.wish === "on" || (provenance !== undefined && provenance.wish !== "off" && provenance.inlineOnly !== true)
  )
}

/** What is asked for in all; undefined for nothing. */
export const attestWish = (all: ReadonlyArray<AttestationWish>): AttestWish | undefined => {
  const { provenance, sbom } = lastOf(all)
  const wish: AttestWish = {
    ...(provenance !== undefined && provenance.wish !== "off" ? { provenance: provenance.wish } : {}),
    ...(sbom?.wish === "on" ? { sbom: true } : {})
  }
  return Object.keys(wish).length === 0 ? undefined : wish
}
