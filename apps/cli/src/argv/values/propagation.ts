const words = ["shared", "rshared", "slave", "rslave", "private", "rprivate"] as const

/** How mounts made later travel between host and container. Spec: mount_namespaces(7), "Shared subtrees". */
export type Propagation = (typeof words)[number]

/** Whether a word names a propagation. */
export const isPropagation = (word: string): word is Propagation => words.some((each) => each === word)
