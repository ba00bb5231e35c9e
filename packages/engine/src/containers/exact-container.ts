/** How a container is looked up by its whole name, with or without a slash before it, or by its whole ID. */
export const exactContainer = {
  sql: "SELECT * FROM containers WHERE name = ? OR id = ?",
  values: (text: string): readonly [name: string, id: string] => {
    const word = text.startsWith("/") ? text.slice(1) : text
    return [word, word]
  }
}
