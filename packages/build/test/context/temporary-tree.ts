import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

/** Paths and contents; a path that ends in a slash is a directory, a content `-> x` is a symlink to x. */
export type Sketch = { readonly [path: string]: string }

/** Makes a directory as sketched, for as long as `use` runs. */
export const withTree = <A>(sketch: Sketch, use: (root: string) => A): A => {
  const root = mkdtempSync(join(tmpdir(), "gantry-context-"))
  try {
    for (const [path, content] of Object.entries(sketch)) {
      const place = join(root, path)
      mkdirSync(path.endsWith("/") ? place : dirname(place), { recursive: true })
      if (path.endsWith("/")) continue
      if (content.startsWith("-> ")) symlinkSync(content.slice(3), place)
      else {
        writeFileSync(place, content)
        chmodSync(place, 0o644)
      }
    }
    return use(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}
