/** The tree that a container has of its own for an image that it mounts, by how many it has before that one. */
export const imageTree = (container: string, index: number): string => `${container}.${index}`

/** The container that a tree is for; its own has its ID as name. */
export const containerOf = (tree: string): string => tree.split(".", 1)[0] ?? ""
