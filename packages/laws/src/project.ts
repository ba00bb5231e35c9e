/** A Dockerfile and the files around it as a value, and small changes of it. For tests of how it uses the cache. */
import { isUtf8 } from "node:buffer"
import { lstatSync, readdirSync, readFileSync } from "node:fs"
import { join, sep } from "node:path"
import * as fc from "fast-check"
import type { SampleFile } from "./samples/dockerfiles.ts"

/** What `gantry build` is given, as a value. */
export interface Project {
  /** Text of the Dockerfile. */
  readonly dockerfile: string
  /** Where it is in the context: `NAME.dockerignore` goes before `.dockerignore`. `Dockerfile` when absent. */
  readonly name?: string
  /** Files of the context by path, the ignore file among them. Links and devices are left out. */
  readonly files: ReadonlyMap<string, SampleFile>
  readonly buildArgs?: { readonly [name: string]: string }
  readonly target?: string
  /** Base images by name: any text that changes when the image behind the name does. Names that are not here never move. */
  readonly bases?: { readonly [reference: string]: string }
}

/** A change of a project. */
export type Edit = (project: Project) => Project

/** How a directory is read. */
export interface ReadOptions {
  /** Path of the Dockerfile in the directory; `Dockerfile` when absent. */
  readonly dockerfile?: string
  /** Directories that are not looked into, by path. Ignored ones need not be named, but large ones cost time. */
  readonly except?: ReadonlyArray<string>
}

/**
 * Reads a directory as it is, also the files that the ignore file leaves out: changing those is what a property may be
 * about. Nothing is followed out of it: links are not read. Throws as `node:fs` does.
 */
export const readProject = (directory: string, options: ReadOptions = {}): Project => {
  const { dockerfile: name = "Dockerfile", except = [] } = options
  const files = new Map<string, SampleFile>()
  const read = (below: string): void => {
    for (const entry of readdirSync(join(directory, below), { withFileTypes: true })) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory() && !except.includes(path)) read(path)
      else if (entry.isFile()) files.set(path, readSample(join(directory, path)))
    }
  }
  read("")
  return { dockerfile: readFileSync(join(directory, name), "utf8"), name: name.replaceAll(sep, "/"), files }
}

const readSample = (path: string): SampleFile => {
  const bytes = readFileSync(path)
  // One character a byte where it is no text: nothing is lost.
  return { text: bytes.toString(isUtf8(bytes) ? "utf8" : "latin1"), mode: lstatSync(path).mode & 0o7777 }
}

/** A file written anew, or made. */
export const withFile =
  (path: string, text: string): Edit =>
  (project) => {
    const mode = project.files.get(path)?.mode ?? 0o644
    return { ...project, files: new Map(project.files).set(path, { text, mode }) }
  }

/** A file with other permission bits. */
export const withMode =
  (path: string, mode: number): Edit =>
  (project) => {
    const file = project.files.get(path)
    return file === undefined ? project : { ...project, files: new Map(project.files).set(path, { ...file, mode }) }
  }

/** Without a file. */
export const withoutFile =
  (path: string): Edit =>
  (project) => ({ ...project, files: new Map([...project.files].filter(([name]) => name !== path)) })

/** With `--build-arg`. */
export const withArg =
  (name: string, value: string): Edit =>
  (project) => ({ ...project, buildArgs: { ...project.buildArgs, [name]: value } })

/** With another image behind a name. */
export const withBase =
  (reference: string, version: string): Edit =>
  (project) => ({ ...project, bases: { ...project.bases, [reference]: version } })

/** With a piece of the Dockerfile written otherwise, where it first stands. Throws when it stands nowhere. */
export const withText =
  (before: string, after: string): Edit =>
  (project) => {
    if (!project.dockerfile.includes(before)) throw new Error(`the Dockerfile does not say ${JSON.stringify(before)}`)
    return { ...project, dockerfile: project.dockerfile.replace(before, () => after) }
  }

/** A generated change, which says what it is when a property fails. */
export interface NamedEdit {
  readonly what: string
  readonly path: string
  readonly apply: Edit
}

/**
 * Small changes of single files: other bytes, another mode, one more file beside it, or none. `among`: the paths that may
 * be touched; all when absent. Fails at once when there are none.
 */
export const fileEdits = (project: Project, among: (path: string) => boolean = () => true): fc.Arbitrary<NamedEdit> => {
  const paths = [...project.files.keys()].filter(among)
  if (paths.length === 0) throw new Error("no file of the project may be edited")
  return fc
    .tuple(fc.constantFrom(...paths), fc.constantFrom("content", "mode", "added", "removed"), fc.string())
    .map(([path, what, text]): NamedEdit => {
      switch (what) {
        case "mode":
          return { what, path, apply: withMode(path, (project.files.get(path)?.mode ?? 0) ^ 0o100) }
        case "added":
          return { what, path: `${path}.new`, apply: withFile(`${path}.new`, text) }
        case "removed":
          return { what, path, apply: withoutFile(path) }
        default:
          return { what, path, apply: withFile(path, `${project.files.get(path)?.text ?? ""}${text}!`) }
      }
    })
}
