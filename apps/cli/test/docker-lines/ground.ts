import { mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { writeBaseContext } from "../base-context.ts"

/** The image that lines are about. */
export const image = "gx/base"

/**
 * Makes ready what lines need: a folder for PATH in which the program is called `docker`, one to play in, and a context
 * of the image: the host's busybox, root and a user `app`.
 */
export const makeGround = (folder: string, program: string) => {
  const [bin, context, cwd] = [join(folder, "bin"), join(folder, "context"), join(folder, "stage")]
  for (const each of [bin, cwd]) mkdirSync(each, { recursive: true })
  symlinkSync(program, join(bin, "docker"))
  writeBaseContext(context)
  return { path: `${bin}:${process.env["PATH"] ?? ""}`, context, cwd }
}
