/**
 * What becomes of warnings: the directive `# check=skip=RULE,…;error=true`, or the build argument of the same form.
 *
 * Spec: Dockerfile reference, "check", and BuildKit's names of its rules.
 */
import * as Either from "effect/Either"
import { nearest } from "@gantry/core/nearest"
import type { Diagnostic } from "./Diagnostic.ts"

/** BuildKit's names of the rules that warnings are about, by our codes. */
const rules: { readonly [code: string]: string } = {
  "argument-is-no-base": "InvalidDefaultArgInFrom",
  "as-casing": "FromAsCasing",
  "constant-platform": "FromPlatformFlagConstDisallowed",
  "copies-ignored": "CopyIgnoredFile",
  "duplicate-stage-name": "DuplicateStageName",
  "empty-continuation": "NoEmptyContinuation",
  "exposes-host": "ExposeInvalidFormat",
  "instruction-casing": "ConsistentInstructionCasing",
  "legacy-pair": "LegacyKeyValueFormat",
  "maintainer-deprecated": "MaintainerDeprecated",
  "needless-platform": "RedundantTargetPlatform",
  "protocol-casing": "ExposeProtoCasing",
  "relative-workdir": "WorkdirRelativePath",
  "repeated-instruction": "MultipleInstructionsDisallowed",
  "reserved-stage-name": "ReservedStageName",
  "secret-in-image": "SecretsUsedInArgOrEnv",
  "shell-form-start": "JSONArgsRecommended",
  "stage-casing": "StageNameCasing",
  "undefined-argument": "UndefinedArgInFrom",
  "undefined-variable": "UndefinedVar"
}

/** Rules that BuildKit has and that can warn of nothing here. */
const silent = ["InvalidBaseImagePlatform", "InvalidDefinitionDescription"]

/** The name of the rule that a code stands for; none for what is no matter of style. */
export const ruleOf = (code: string): string | undefined => (Object.hasOwn(rules, code) ? rules[code] : undefined)

/** Which rules are not applied, and whether a warning of the others fails the build. */
export interface CheckPolicy {
  /** Names in lower case. */
  readonly skip: "all" | ReadonlySet<string>
  readonly error: boolean
}

/** Everything is said, and nothing fails. */
export const defaultCheck: CheckPolicy = { skip: new Set(), error: false }

/** Reads `skip=A,B;error=true`; `experimental=` is read and means nothing. Fails with a sentence. */
export const readCheck = (text: string): Either.Either<CheckPolicy, string> => {
  let skip: CheckPolicy["skip"] = new Set()
  let error = false
  for (const part of text.split(";")) {
    if (part.trim() === "") continue
    const [name = "", value] = part.split("=", 2).map((each) => each.trim())
    if (value === undefined) return Either.left(`check: "${name}" has no value; write ${name}=VALUE`)
    if (name === "skip" || name === "experimental") {
      const names = value.split(",").map((each) => each.trim().toLowerCase())
      const known = new Map([...Object.values(rules), ...silent, "all"].map((each) => [each.toLowerCase(), each]))
      const unknown = names.find((each) => each !== "" && !known.has(each))
      if (unknown !== undefined) {
        const near = nearest(unknown, known.values())
        return Either.left(`check: there is no rule ${unknown}${near === undefined ? "" : `, did you mean ${near}?`}`)
      }
      if (name === "skip") skip = names.includes("all") ? "all" : new Set(names)
    } else if (name === "error") {
      if (!/^(?:true|false|0|1)$/i.test(value)) return Either.left(`check: error is true or false, not "${value}"`)
      error = /^(?:true|1)$/i.test(value)
    } else return Either.left(`check: there is no option "${name}"; use skip, error or experimental`)
  }
  return Either.right({ skip, error })
}

/** Applies a policy: warnings of skipped rules go, and with `error` the others become errors. */
export const judge = (
  { error, skip }: CheckPolicy,
  diagnostics: ReadonlyArray<Diagnostic>
): ReadonlyArray<Diagnostic> =>
  diagnostics.flatMap((each): ReadonlyArray<Diagnostic> => {
    const rule = each.severity === "warning" ? ruleOf(each.code) : undefined
    if (rule === undefined) return [each]
    if (skip === "all" || skip.has(rule.toLowerCase())) return []
    return error ? [{ ...each, severity: "error" }] : [each]
  })
