/** How `diff` writes what became of a file. */
export const changeLetter = { added: "A", changed: "C", removed: "D" } as const
