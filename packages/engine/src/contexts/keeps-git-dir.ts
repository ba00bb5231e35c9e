/** Whether the context of a repository keeps its `.git`: BuildKit's build argument of that meaning. */
export const keepsGitDir = (buildArgs: ReadonlyMap<string, string>): boolean => {
  const value = buildArgs.get("BUILDKIT_CONTEXT_KEEP_GIT_DIR")
  return value !== undefined && /^(?:1|t|true)$/i.test(value)
}
