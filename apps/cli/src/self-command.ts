import { realpathSync } from "node:fs"

/**
 * Program and arguments that start this gantry again, whatever runs it: the standalone binary, Bun, Node or Deno, from
 * the bundle or from sources.
 */
export const selfCommand = (): ReadonlyArray<string> => {
  const program = process.execPath
  const script = process.argv[1] ?? ""
  // A compiled program's own files live in a file system that only it can see.
  if (script === "" || script.startsWith("/$bunfs/") || !script.includes("/")) return [program]
  const path = realpathSync(script)
  const fromSource = path.endsWith(".ts") ? ["--conditions=gantry-source"] : []
  return "Deno" in globalThis ? [program, "run", "-A", ...fromSource, path] : [program, ...fromSource, path]
}
