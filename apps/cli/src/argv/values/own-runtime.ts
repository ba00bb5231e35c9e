/** The engine's own runtime, by the name that `--runtime`, `inspect` and `info` have for it. */
export const ownRuntime = "namespace"
