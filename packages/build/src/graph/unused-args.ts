import type { Dockerfile } from "../dockerfile/Dockerfile.ts"

/** Arguments that mean something without an ARG: proxies, what is said to the builder itself, platforms. */
const ownMeaning =
  /^(?:(?:https?|ftp|no|all)_proxy|BUILDKIT_\w+|SOURCE_DATE_EPOCH|(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT))$/i

/** Those of the given build arguments that no ARG of the file declares, sorted. */
export const unusedArgs = (
  { globalArgs, stages }: Pick<Dockerfile, "globalArgs" | "stages">,
  given: Iterable<string>
): ReadonlyArray<string> => {
  const declared = new Set(
    [...globalArgs, ...stages.flatMap(({ instructions }) => instructions)].flatMap((each) =>
      each._tag === "Arg" ? each.args.map(({ name }) => name) : []
    )
  )
  return [...given].filter((name) => !declared.has(name) && !ownMeaning.test(name)).toSorted()
}
