import type { Target } from "../Target.ts"

/** What a token must allow for reading a repository. Spec: distribution, "Token Scope". */
export const pullScope = ({ repository }: Pick<Target, "repository">): ReadonlyArray<string> => [
  `repository:${repository}:pull`
]

/** What a token must allow for writing to a repository. */
export const pushScope = ({ repository }: Pick<Target, "repository">): ReadonlyArray<string> => [
  `repository:${repository}:pull,push`
]
