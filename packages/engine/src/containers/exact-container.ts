/** A container's name as it is kept, of one that may have Docker's slash before it. */
export const bareName = (text: string): string => (text.startsWith("/") ? text.slice(1) : text)

/** How a container is looked up by its whole name or its whole ID. */
export const exactContainer = {
  sql: "SELECT * FROM containers WHERE name = ? OR id = ?",
  values: (text: string): readonly [name: string, id: string] => [bareName(text), bareName(text)]
}
