/** Why a file could not be read, in words: what Node says of the commonest causes is not for people. */
export const reasonOf = (cause: unknown): string => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  if (code === "ENOENT") return "there is no such file"
  if (code === "ENOTDIR") return "a part of its path is not a directory"
  if (code === "EISDIR") return "it is a directory"
  if (code === "EACCES") return "permission denied"
  if (code === "EEXIST") return "something else has its name"
  return cause instanceof Error ? cause.message : String(cause)
}
